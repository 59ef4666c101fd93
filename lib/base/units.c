/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/units.h"

/* Digits at *s; moves *s behind them.  -1 when none, or too large. */
static int
digits(const char **s, uint64_t *n)
{
	const char *p = *s;
	uint64_t v = 0;

	for (; isdigit((unsigned char)*p); p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return -1;
	if (p == *s)
		return -1;
	*s = p;
	*n = v;
	return 0;
}

int
doc_number_parse(const char *s, uint64_t max, uint64_t *n)
{
	uint64_t v;

	if (digits(&s, &v) < 0 || *s != '\0' || v > max)
		return -1;
	*n = v;
	return 0;
}

int
doc_size_parse(const char *s, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	uint64_t v;
	const char *u;

	if (digits(&s, &v) < 0)
		return -1;
	if (*s != '\0' && strcasecmp(s, "B") != 0) {
		u = strchr(units, toupper((unsigned char)*s));
		if (u == NULL ||
		    (s[1] != '\0' && strcasecmp(s + 1, "B") != 0 &&
			strcasecmp(s + 1, "iB") != 0))
			return -1;
		if (__builtin_mul_overflow(v,
			(uint64_t)1 << (10 * (u - units + 1)), &v))
			return -1;
	}
	*bytes = v;
	return 0;
}

static int
unit_ms(const char **s, uint64_t *ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 } };

	if (**s == '\0') {
		*ms = 1000;
		return 0;
	}
	for (size_t i = 0; i < DOC_LEN(units); i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(*s, units[i].name, n) == 0 &&
		    !isalpha((unsigned char)(*s)[n])) {
			*s += n;
			*ms = units[i].ms;
			return 0;
		}
	}
	return -1;
}

int
doc_duration_parse(const char *s, uint64_t *ms)
{
	uint64_t total = 0;

	do {
		uint64_t v, unit;

		if (digits(&s, &v) < 0 || unit_ms(&s, &unit) < 0 ||
		    __builtin_mul_overflow(v, unit, &v) ||
		    __builtin_add_overflow(total, v, &total))
			return -1;
	} while (*s != '\0');
	*ms = total;
	return 0;
}

void
doc_size_format(uint64_t bytes, char out[static 16])
{
	static const char units[] = "BKMGTPE";
	double v = (double)bytes;
	size_t u = 0;

	for (; v >= 1000 && u < sizeof(units) - 2; u++)
		v /= 1024;
	if (u == 0)
		snprintf(out, 16, "%uB", (unsigned)bytes);
	else
		snprintf(out, 16, v < 10 ? "%.1f%c" : "%.0f%c", v, units[u]);
}

void
doc_duration_format(uint64_t ms, char out[static 32])
{
	uint64_t s = ms / 1000;
	unsigned h = (unsigned)DOC_MIN(s / 3600, (uint64_t)999999);
	unsigned m = (unsigned)(s / 60 % 60);

	if (h > 0)
		snprintf(out, 32, "%u:%02u:%02u", h, m, (unsigned)(s % 60));
	else
		snprintf(out, 32, "%u:%02u", m, (unsigned)(s % 60));
}
