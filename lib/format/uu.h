/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uu - files in a text, as uuencode(1) writes them, in both its forms (POSIX
 * XCU uuencode).
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_UU_H
#define DOC_UU_H

#include "lib/format/member.h"

/* Is there one?  A "begin" line with a mode and a name, and behind it a line
 * that has the length it says. */
bool doc_uu_has(const char *p, size_t n);

/* Deliver each; *seen counts them, *refused those that are not whole.  -1 when
 * no more members are wanted. */
int doc_uu_each(const char *p, size_t n, struct doc_member *m, unsigned *seen,
    unsigned *refused, struct doc_error *err) DOC_MUST_CHECK;

/* A text as a container. */
int doc_uu_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
