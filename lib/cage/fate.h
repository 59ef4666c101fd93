/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fate - how a worker ended, as the error of its document.
 *
 * Supervisor; pure.  The one place where a wait status becomes an error code
 * (facts: isolation section 4).
 */
#ifndef DOC_FATE_H
#define DOC_FATE_H

#include "lib/base/error.h"

/* Why the supervisor killed it, if it did. */
enum doc_kill {
	DOC_KILL_NONE,
	DOC_KILL_TIMEOUT,  /* total clock */
	DOC_KILL_STALL,	   /* no heartbeat */
	DOC_KILL_PROTOCOL, /* bad frame */
	DOC_KILL_STOP	   /* the whole stage is ending */
};

/* A worker's last words, in its exit status, when it could not send a frame:
 * outside the range libraries use. */
enum { DOC_EXIT_SANDBOX = 113, DOC_EXIT_STACK, DOC_EXIT_MEMORY };

struct doc_fate {
	int wstatus;	    /* as from waitpid */
	enum doc_kill kill; /* what we did */
	int syscall;	    /* forbidden call seen in trace mode, or -1 */
	unsigned cpu_ms;    /* used by the worker */
	unsigned cpu_limit_ms;
	bool oom; /* the cgroup counted an OOM kill */
};

/* Fills *err; every ending without an answer is some error. */
void doc_fate_error(const struct doc_fate *fate, struct doc_error *err);

#endif
