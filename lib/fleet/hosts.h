/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts - the machines of a fleet: a list in a file, what each answered, and
 * how it has done.
 *
 * docrun.  A line of the file is HOST or N/HOST, HOST as ssh(1) knows it (port,
 * user and the like belong into ssh_config(5)), N how many shards it does at
 * once (1: each shard uses all its processors).  Empty lines and those that
 * begin with # are left out.
 */
#ifndef DOC_HOSTS_H
#define DOC_HOSTS_H

#include "lib/fleet/fleet.h"

struct doc_host {
	char name[256];
	unsigned slots;
	bool live;    /* answered the last check, and was not dropped since */
	bool shared;  /* sees RUN by the same name */
	unsigned row; /* failures without a success between them */
	unsigned done, failed, drops;
};

struct doc_hosts {
	struct doc_host *at;
	unsigned n;
};

enum { DOC_HOST_FAILURES = 3, DOC_HOST_DROPS = 3 };

/* USAGE, naming the line. */
int doc_hosts_read(struct doc_hosts *h, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_hosts_release(struct doc_hosts *h);

/*
 * Ask all of them at once which versions they have, and if they see the run;
 * those that do not answer, or have other ones, are not live, and it is said
 * why.  One that was dropped gets another chance, DOC_HOST_DROPS times.
 * Returns how many are live.
 */
unsigned doc_hosts_check(struct doc_hosts *h, const struct doc_fleet *f,
    const char *program);

/* All that are live see the run? */
bool doc_hosts_shared(const struct doc_hosts *h);

/* A shard was done there, or was not.  True when the host was dropped for it.
 */
bool doc_hosts_note(struct doc_hosts *h, const char *name, bool good);

#endif
