/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun --hosts - the options of it.
 */
#include "cmd/docrun/fleet.h"

#define AT(member) offsetof(struct docrun_fleet, member)

const struct doc_opt docrun_hosts_opts[] = {
	{ 0, "hosts", "FILE", "do it on the hosts of that list, by ssh",
	    DOC_OPT_STRING, AT(hosts), NULL },
	{ 0, "remote", "PATH", "what docrun is called on them", DOC_OPT_STRING,
	    AT(remote), NULL },
	{ 0, "shard-timeout", "D", "give a shard up after that time (1h)",
	    DOC_OPT_DURATION, AT(timeout_ms), NULL },
	{ 0 },
};
