/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start - the first lines of every main.
 */
#ifndef DOC_START_H
#define DOC_START_H

#include <stdio.h>

#include "lib/base/base.h"

/* Make fds 0-2 exist; reset and unblock SIGPIPE and SIGCHLD, ignore SIGXFSZ;
 * umask 077; UTF-8 locale; the log's name.  Exits with 3 when even that fails.
 */
void doc_start(const char *name);

/*
 * After the options are read: move the real stdout out of the way and point
 * fd 1 at stderr, so that a library that prints cannot corrupt the record
 * stream.  Returns the fd of the real stdout (close-on-exec).
 */
int doc_start_stdout(void);

/* Die with the parent: PR_SET_PDEATHSIG, then look if it is still there. */
void doc_die_with_parent(pid_t parent);

/*
 * Folder of helper programs: $DOCPIPE_LIBEXEC, else ../libexec/docpipe beside
 * the folder of the running program.  0, or -1 when it cannot be told.
 */
int doc_libexec(char *out, size_t size) DOC_MUST_CHECK;

/* The path of a sibling executable (bin/NAME). */
int doc_sibling(const char *name, char *out, size_t size) DOC_MUST_CHECK;

/* What was printed is written: the exit status 0, or 3 after a word why not. */
int doc_printed(FILE *to);

#endif
