/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units - sizes and durations as people write them.
 *
 * Any process.
 */
#ifndef DOC_UNITS_H
#define DOC_UNITS_H

#include "lib/base/base.h"

/* "64M", "2GiB", "1000": bytes; K, M, G, T are powers of 1024.  -1 when it is
 * not a size or does not fit. */
int doc_size_parse(const char *s, uint64_t *bytes) DOC_MUST_CHECK;

/* "30s", "500ms", "2m", "1h30m", "3d"; a bare number is seconds.  -1 when it
 * is not a duration. */
int doc_duration_parse(const char *s, uint64_t *ms) DOC_MUST_CHECK;

/* A plain decimal number up to max. */
int doc_number_parse(const char *s, uint64_t max, uint64_t *n) DOC_MUST_CHECK;

/* "1.5M" into out: at most 5 characters. */
void doc_size_format(uint64_t bytes, char out[static 16]);

/* "1:02:03" or "2:03". */
void doc_duration_format(uint64_t ms, char out[static 32]);

#endif
