/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock - monotonic time for deadlines, and times for records.
 *
 * Any process.
 */
#ifndef DOC_CLOCK_H
#define DOC_CLOCK_H

#include "lib/base/base.h"

/* Milliseconds (microseconds) of CLOCK_MONOTONIC; never goes back. */
uint64_t doc_clock_ms(void);
uint64_t doc_clock_us(void);

enum { DOC_TIME_SIZE = sizeof("2026-11-20T08:00:00Z") };

/* Seconds since 1970 as RFC 3339 in UTC.  -1 outside the years 0 to 9999. */
int doc_time_format(int64_t unix_s, char out[static DOC_TIME_SIZE]);

#endif
