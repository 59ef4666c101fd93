/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wide - UTF-16 without a byte order mark.
 *
 * Any process; pure.
 */
#ifndef DOC_WIDE_H
#define DOC_WIDE_H

#include "lib/base/base.h"

/* "UTF-16LE", "UTF-16BE" or NULL by the first bytes of a text (a few KiB are
 * enough): no unit of it may be a control, half a pair or a place without a
 * character, and a good part must be blanks, punctuation or neighbours in
 * their script. */
const char *doc_wide_guess(const char *p, size_t n);

#endif
