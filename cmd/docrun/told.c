/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/docrun/told.h"

#define AT(member) offsetof(struct docrun_told, member)

const struct doc_opt docrun_told_opts[] = {
	{ 'J', "json", NULL, "print a line of JSON for each thing",
	    DOC_OPT_FLAG, AT(json), NULL },
	{ 'q', "quiet", NULL, "print nothing", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};
