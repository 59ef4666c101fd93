/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units_fuzz - what people write behind options, and in number formats of
 * spreadsheets.
 *
 * A size, duration or number that is taken survives being written out again.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/units.h"
#include "lib/format/xlsx_format.h"
#include "lib/record/path.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_option(const char *s)
{
	uint64_t n, again;
	char text[32], shown[32];

	if (doc_size_parse(s, &n) == 0) {
		snprintf(text, sizeof(text), "%" PRIu64, n);
		assert(doc_size_parse(text, &again) == 0 && again == n);
		doc_size_format(n, shown);
		assert(strlen(shown) <= 5);
	}
	if (doc_duration_parse(s, &n) == 0) {
		snprintf(text, sizeof(text), "%" PRIu64 "ms", n);
		assert(doc_duration_parse(text, &again) == 0 && again == n);
		doc_duration_format(n, shown);
	}
	if (doc_number_parse(s, UINT32_MAX, &n) == 0)
		assert(n <= UINT32_MAX);
	if (doc_tenant_valid(s))
		assert(*s != '.' && strchr(s, '/') == NULL && strlen(s) <= 64);
}

static void
check_cell(const char *code, double value)
{
	doc_autobuf struct doc_buf b = { 0 };

	(void)doc_xlsx_is_date(code);
	assert(doc_xlsx_literal(code) <= strlen(code));
	(void)!doc_xlsx_date(&b, value, code, false);
	(void)!doc_xlsx_date(&b, -value, code, true);
	doc_xlsx_number(&b, code);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double value = 0;
	char *s = malloc(size + 1);

	if (s == NULL)
		return 0;
	memcpy(s, data, size);
	s[size] = '\0';
	check_option(s);
	if (size > sizeof(value)) {
		memcpy(&value, data, sizeof(value));
		check_cell(s + sizeof(value), value);
	}
	free(s);
	return 0;
}
