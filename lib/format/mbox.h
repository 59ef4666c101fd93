/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mbox - the messages of a mailbox file (RFC 4155 and its looser kin).
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_MBOX_H
#define DOC_MBOX_H

#include "lib/base/base.h"

/* Does it begin like a mailbox? */
bool doc_mbox_is(const char *p, size_t n);

/* The message at *at, without its "From " line; *at moves behind it.  False at
 * the end. */
bool doc_mbox_next(const char *p, size_t n, size_t *at, size_t *from,
    size_t *len);

/* Write a message with ">From " lines as they were.  -1 with errno. */
int doc_mbox_write(int fd, const char *p, size_t n) DOC_MUST_CHECK;

#endif
