/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fleet - what docrun plan and docrun --hosts are told besides the options of
 * any run.
 */
#ifndef DOCRUN_FLEET_H
#define DOCRUN_FLEET_H

#include "lib/fleet/fleet.h"

struct docrun_fleet {
	struct doc_cut cut;
	const char *hosts, *remote;
	uint64_t timeout_ms;
	/* not of the tables */
	bool planning;
	unsigned gates;
};
extern const struct doc_opt docrun_cut_opts[];	 /* of struct doc_cut */
extern const struct doc_opt docrun_hosts_opts[]; /* of struct docrun_fleet */

/* Plan the run, and with hosts do it.  Returns the exit status. */
int docrun_fleet(const struct docrun_fleet *o, struct doc_batch *batch,
    int out);

#endif
