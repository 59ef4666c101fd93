/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * charset_fuzz - bytes in a charset, by its label, into UTF-8.
 *
 * A label, a newline, bytes.  In one piece and in two they must become the
 * same, and that must be UTF-8.  (How many U+FFFD a broken sequence becomes
 * depends on where ICU's input ends.)
 */
#include <stdio.h>

#include "lib/format/charset.h"
#include "lib/format/guess.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bad sequences; 0 when there is no such charset. */
static uint64_t
decode(const char *label, const char *p, size_t n, size_t cut,
    struct doc_buf *out)
{
	struct doc_charset *cs = doc_charset_open(label);

	uint64_t bad;

	if (cs == NULL)
		return 0;
	assert(doc_charset_name(cs) != NULL);
	assert(doc_charset_put(cs, p, cut, false, out) == 0);
	assert(doc_charset_put(cs, p + cut, n - cut, true, out) == 0);
	bad = doc_charset_repairs(cs);
	doc_charset_free(cs);
	return bad;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	doc_autobuf struct doc_buf whole = { 0 }, parts = { 0 };
	const uint8_t *line = memchr(data, '\n', size);
	char label[DOC_CHARSET_NAME], name[DOC_CHARSET_NAME];
	size_t n, skip = 0;
	uint64_t bad;
	char *p;

	if (line == NULL || (size_t)(line - data) >= sizeof(label))
		return 0;
	snprintf(label, sizeof(label), "%.*s", (int)(line - data),
	    (const char *)data);
	n = size - (size_t)(line + 1 - data);
	p = quiet_copy(line + 1, n);
	if (p == NULL)
		return 0;
	bad = decode(label, p, n, n, &whole) +
	    decode(label, p, n, n / 3, &parts);
	assert(doc_utf8_valid(whole.data, whole.len) == whole.len);
	assert(bad != 0 || whole.len == parts.len);
	assert(bad != 0 || whole.len == 0 ||
	    memcmp(whole.data, parts.data, whole.len) == 0);
	(void)doc_charset_bom(p, n, &skip);
	assert(skip <= n);
	if (doc_guess(p, n, name))
		assert(memchr(name, '\0', sizeof(name)) != NULL);
	(void)doc_charset_same(label, "utf-8");
	free(p);
	return 0;
}
