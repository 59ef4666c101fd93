/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * passwords - a file of passwords to try, one a line.
 *
 * Zygote, which keeps them for its workers: who takes a worker over has them,
 * and nowhere to carry them.
 */
#ifndef DOC_PASSWORDS_H
#define DOC_PASSWORDS_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

/* Each line ends in a newline then, and in nothing else; nothing is read where
 * `path` is NULL.  USAGE when there are more than 64 KiB. */
int doc_passwords_read(const char *path, struct doc_buf *lines,
    struct doc_error *err) DOC_MUST_CHECK;

/* Line `number` (from 1), without its end; NULL behind the last. */
const char *doc_passwords_line(const char *lines, unsigned number, size_t *len);

#endif
