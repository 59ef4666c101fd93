/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text - a text of the spool, read for the index or to show a piece of it.
 *
 * docstore, docfind.
 */
#ifndef DOC_STORE_TEXT_H
#define DOC_STORE_TEXT_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

/*
 * Append the file, prepared (words.h), at most `max` bytes of it; *cut tells if
 * there was more.  It must be a regular file below `root` (NULL: anywhere) that
 * no link leads to, and UTF-8.  NOT_FOUND, OUTSIDE, SYMLINK, DAMAGED, IO.
 */
int doc_text_load(const char *root, const char *path, uint64_t max,
    struct doc_buf *out, bool *cut, struct doc_error *err) DOC_MUST_CHECK;

#endif
