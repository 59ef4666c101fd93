/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child - a running command, and the two pipes to it.
 *
 * docrun.  Neither end of ours ever blocks: what the command does not read yet
 * waits in `out`; what it wrote is in `lines` after the loop's turn.
 */
#ifndef DOC_CHILD_H
#define DOC_CHILD_H

#include <sys/types.h>

#include "lib/base/loop.h"
#include "lib/record/record.h"
#include "lib/record/stream.h"
#include "lib/run/command.h"

struct doc_child {
	struct doc_loop *loop;
	pid_t pid;  /* 0: none runs */
	bool group; /* it leads a process group of its own */
	struct doc_watch to, from;
	struct doc_buf out;
	struct doc_lines lines;
	bool closing;	      /* no more is to be written */
	bool paused;	      /* do not read for now */
	struct doc_error err; /* reading or the loop failed */
};

/* Start it with `loop` set; the rest is reset.  Who wants bytes instead of
 * lines puts another from.ready in place. */
int doc_child_start(struct doc_child *child, const struct doc_command *cmd,
    struct doc_error *err) DOC_MUST_CHECK;

/* Write what is in `out` as far as it goes; the rest when it can be. */
void doc_child_write(struct doc_child *child);

/* Write the rest of `out`, then close the command's stdin. */
void doc_child_end(struct doc_child *child);

void doc_child_pause(struct doc_child *child, bool pause);

/* At the end of its output: close all and wait.  Returns the wait status. */
int doc_child_reap(struct doc_child *child);

/* Ask it to end; SIGKILL does not ask. */
void doc_child_kill(const struct doc_child *child, int sig);

#endif
