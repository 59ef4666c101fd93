/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * told - how docrun diff and docrun verify say what they find: a line for each,
 * as text or as JSON, or nothing.
 */
#ifndef DOCRUN_TOLD_H
#define DOCRUN_TOLD_H

#include "lib/base/opt.h"

struct docrun_told {
	bool json, quiet;
};
extern const struct doc_opt docrun_told_opts[]; /* of struct docrun_told */

#endif
