/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>

#include "lib/base/clock.h"

uint64_t
doc_clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t
doc_clock_ms(void)
{
	return doc_clock_us() / 1000;
}

int
doc_time_format(int64_t unix_s, char out[static DOC_TIME_SIZE])
{
	time_t t = (time_t)unix_s;
	struct tm tm;
	int n;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 8099)
		return -1;
	/* Not strftime(3): its %Y has no leading zeros. */
	n = snprintf(out, DOC_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	return n == DOC_TIME_SIZE - 1 ? 0 : -1;
}
