/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ship - the hub's side of a shard that another host does.
 *
 * docrun.  With a shared file system the host does all of it, and commits.
 * Without one its documents go there, and what comes back is checked as if a
 * stranger had sent it: digests, names of the spool, one tree of records for
 * each input, counts, versions.
 */
#ifndef DOC_SHIP_H
#define DOC_SHIP_H

#include "lib/fleet/fleet.h"

struct doc_ship {
	const char *host;    /* as ssh(1) knows it */
	const char *program; /* what docrun is called there */
	bool shared;	     /* it sees RUN and all inputs by the same names */
	unsigned jobs;	     /* there; 0: as many as it has processors */
};

/* As doc_fleet_shard. */
int doc_ship(const struct doc_fleet *f, const struct doc_ship *ship,
    uint32_t number, struct doc_error *err) DOC_MUST_CHECK;

/* Tell the docrun --hosts that had it done, if there is one, how it went. */
void doc_ship_log(const struct doc_fleet *f, const char *host, uint32_t number,
    int rc);

#endif
