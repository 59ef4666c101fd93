/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes, durations, numbers: read and written. */
#include <string.h>

#include "lib/base/units.h"
#include "tests/unit/tap.h"

#define BAD UINT64_MAX

static void
test_sizes(void)
{
	static const struct {
		const char *s;
		uint64_t n;
	} t[] = { { "0", 0 }, { "1000", 1000 }, { "64M", 64 << 20 },
		{ "64m", 64 << 20 }, { "2GiB", (uint64_t)2 << 30 },
		{ "2GB", (uint64_t)2 << 30 }, { "1K", 1024 }, { "1kib", 1024 },
		{ "3T", (uint64_t)3 << 40 }, { "5B", 5 }, { "5b", 5 },
		{ "18446744073709551614", UINT64_MAX - 1 },
		{ "18446744073709551616", BAD }, { "16777216T", BAD },
		{ "", BAD }, { "-1", BAD }, { "+1", BAD }, { " 1", BAD },
		{ "1 ", BAD }, { "M", BAD }, { "1.5M", BAD }, { "1X", BAD },
		{ "1MM", BAD }, { "1Mi", BAD }, { "1iB", BAD }, { "0x10", BAD },
		{ "1e3", BAD }, { "K1", BAD } };

	for (size_t i = 0; i < DOC_LEN(t); i++) {
		uint64_t n = BAD;
		int rc = doc_size_parse(t[i].s, &n);

		OK(n == t[i].n && (rc == 0) == (t[i].n != BAD), t[i].s);
	}
}

static void
test_durations(void)
{
	static const struct {
		const char *s;
		uint64_t n;
	} t[] = { { "0", 0 }, { "30", 30000 }, { "30s", 30000 },
		{ "500ms", 500 }, { "2m", 120000 }, { "1h30m", 5400000 },
		{ "3d", 259200000 }, { "1m500ms", 60500 },
		{ "1d1h1m1s1ms", 90061001 }, { "", BAD }, { "s", BAD },
		{ "-1s", BAD }, { "1.5s", BAD }, { "1 s", BAD }, { "1S", BAD },
		{ "1min", BAD }, { "1w", BAD }, { "1msx", BAD }, { "1hm", BAD },
		{ "18446744073709551615d", BAD }, { "213503982335d", BAD } };

	for (size_t i = 0; i < DOC_LEN(t); i++) {
		uint64_t n = BAD;
		int rc = doc_duration_parse(t[i].s, &n);

		OK(n == t[i].n && (rc == 0) == (t[i].n != BAD), t[i].s);
	}
}

static void
test_numbers(void)
{
	uint64_t n = 7;

	OK(doc_number_parse("42", 100, &n) == 0 && n == 42, "a number");
	OK(doc_number_parse("100", 100, &n) == 0 && n == 100, "the largest");
	OK(doc_number_parse("101", 100, &n) < 0 && n == 100, "one more");
	OK(doc_number_parse("", 100, &n) < 0, "nothing");
	OK(doc_number_parse("1x", 100, &n) < 0, "not only digits");
	OK(doc_number_parse("00000000000000000000000000001", 100, &n) == 0 &&
		n == 1,
	    "leading zeros");
}

static void
test_written(void)
{
	static const struct {
		uint64_t n;
		const char *want;
	} t[] = { { 0, "0B" }, { 999, "999B" }, { 1000, "1.0K" },
		{ 1024, "1.0K" }, { 1536, "1.5K" }, { 10240, "10K" },
		{ 1 << 20, "1.0M" }, { (uint64_t)5 << 30, "5.0G" } };
	char out[32];
	size_t longest = 0;

	for (size_t i = 0; i < DOC_LEN(t); i++) {
		doc_size_format(t[i].n, out);
		OK(strcmp(out, t[i].want) == 0, t[i].want);
	}
	for (uint64_t n = 1; n < UINT64_MAX / 3; n += n / 7 + 1) {
		doc_size_format(n, out);
		longest = DOC_MAX(longest, strlen(out));
	}
	doc_size_format(UINT64_MAX, out);
	OK(longest <= 5 && strlen(out) <= 5, "at most 5 characters");
	doc_duration_format(0, out);
	OK(strcmp(out, "0:00") == 0, "no time");
	doc_duration_format(123999, out);
	OK(strcmp(out, "2:03") == 0, "minutes");
	doc_duration_format(3723000, out);
	OK(strcmp(out, "1:02:03") == 0, "hours");
	doc_duration_format(UINT64_MAX, out);
	OK(strlen(out) < 32, "very long");
}

int
main(void)
{
	test_sizes();
	test_durations();
	test_numbers();
	test_written();
	return TAP_DONE();
}
