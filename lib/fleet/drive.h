/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drive - docrun --hosts: a planned run, done by many hosts, to its end.
 *
 * docrun.  What is to do goes to GNU parallel, one argument a shard; what is
 * still to do when that ends goes to the next one.  Nothing is believed of its
 * log: a shard is done when it is committed.  parallel takes our word for the
 * hosts' shells: its ssh command is a line of sh(1) that runs the job here, as
 * `docrun shard --on=HOST`, which starts ssh with its own options (ssh.h).  So
 * a host needs no perl, and what it did is known here.
 */
#ifndef DOC_DRIVE_H
#define DOC_DRIVE_H

#include "lib/fleet/fleet.h"

struct doc_drive {
	const char *hosts;   /* file */
	const char *program; /* what docrun is called there; NULL: as here */
	uint64_t timeout_ms; /* for one shard */
	unsigned jobs;	     /* of each; 0: its processors */
	int progress;	     /* enum doc_progress_kind */
	unsigned gates;
	bool quiet;
};

/* Returns the exit status. */
int doc_drive(const struct doc_fleet *f, const struct doc_drive *d);

#endif
