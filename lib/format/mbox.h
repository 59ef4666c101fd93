/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mbox - the messages of a mailbox file (RFC 4155 and its looser kin).
 *
 * Runs in the worker.
 */
#ifndef DOC_MBOX_H
#define DOC_MBOX_H

#include "lib/pool/work.h"

/* Does it begin like a mailbox? */
bool doc_mbox_is(const char *p, size_t n);

/* The message at *at, without its "From " line; *at moves behind it.  False at
 * the end. */
bool doc_mbox_next(const char *p, size_t n, size_t *at, size_t *from,
    size_t *len);

/* Hand every message to work->ops as a member; *seen counts them.  -1 when no
 * more are wanted, with the limit in *err. */
int doc_mbox_list(const struct doc_input *in, struct doc_work *work,
    unsigned *seen, struct doc_error *err) DOC_MUST_CHECK;

#endif
