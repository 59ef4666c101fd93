/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ssh - a docrun on another host.
 *
 * docrun.  `ssh`, or the words of DOCPIPE_SSH, with options that make it fail
 * where it would wait or ask: a host that lost its power sends nothing, and
 * without keep-alive messages ssh waits for it for ever.  With a folder for it
 * (DOCPIPE_SSH_CONTROL) connections are shared: 12 ms instead of 220 for each.
 */
#ifndef DOC_SSH_H
#define DOC_SSH_H

#include <sys/types.h>

#include "lib/base/opt.h"

struct doc_ssh {
	pid_t pid;
	int to, from; /* its stdin and stdout; -1 */
};

/* Start `docrun WORD...` on `host` (as ssh(1) knows it), where docrun is called
 * `program`.  It ends when this process does. */
int doc_ssh_start(struct doc_ssh *s, const char *host, const char *program,
    const struct doc_words *words, struct doc_error *err) DOC_MUST_CHECK;

/* Close both ends and wait.  Returns its exit status: 255 when ssh failed, 128
 * and more for a signal. */
int doc_ssh_end(struct doc_ssh *s);

/* End the shared connection to the host, if there is one. */
void doc_ssh_leave(const char *host);

/* Append the word, quoted for a shell. */
int doc_ssh_quote(struct doc_buf *b, const char *word);

#endif
