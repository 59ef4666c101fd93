/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup - what a worker may take, counted by the kernel.
 *
 * Supervisor.  Where a version 2 control group is ours to divide (cgroups(7)),
 * each worker lives in a slot: a group below our own with memory.max, pids.max
 * and no swap.  Unlike RLIMIT_AS that counts temporary files in memory, page
 * tables and sockets, and copies of the engine's pages.  Slots are used again,
 * for making one costs more than moving in.
 *
 *	BASE/			delegated to us: --cgroup, or found
 *		docpipe.main/	all that was in BASE, ourselves included: a
 *				group that divides memory holds no processes
 *		docpipe.PID.N/	of one pool; locked, so that others can tell
 *			w0/	a slot
 */
#ifndef DOC_CGROUP_H
#define DOC_CGROUP_H

#include "lib/base/error.h"

struct doc_cgroup;

/* `where`: "auto" for our own group, or the path of one.  `memory`: bytes that
 * a worker may take beyond what its engine has.  SANDBOX, with the reason,
 * where no group is to be had; that is usual with "auto". */
int doc_cgroup_open(struct doc_cgroup **group, const char *where,
    uint64_t memory, struct doc_error *err) DOC_MUST_CHECK;

const char *doc_cgroup_path(const struct doc_cgroup *group);

/* A free slot.  Returns an fd; the process that writes "0" to it moves in.  The
 * caller closes it.  -1 with errno. */
int doc_cgroup_take(struct doc_cgroup *group, unsigned *slot);

/* Kill all that is in it.  False: kernels before 5.14 cannot. */
bool doc_cgroup_kill(const struct doc_cgroup *group, unsigned slot);

/* Has the kernel killed in it for want of memory since it was taken? */
bool doc_cgroup_oom(struct doc_cgroup *group, unsigned slot);

/* Its process was reaped. */
void doc_cgroup_give(struct doc_cgroup *group, unsigned slot);

/* NULL is fine.  Kills and removes what is left. */
void doc_cgroup_close(struct doc_cgroup *group);

#endif
