/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scanner of lib/record/json.c against RFC 8259, and the writer
 * of json_write.c. */
#include <string.h>

#include "lib/record/json.h"
#include "lib/record/value.h"
#include "tests/unit/tap.h"

static struct doc_json_member members[DOC_JSON_MEMBERS];

static const char *
label(const char *what, size_t n)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s %zu", what, n);
	return name;
}

/* In memory of exactly this size, so that a sanitizer sees one byte too far. */
static int
scan(const char *s, size_t n)
{
	const char *why;
	char *line = malloc(n ? n : 1);
	size_t at = 0;
	int rc;

	memcpy(line, s, n);
	rc = doc_json_index(line, n, members, &why, &at);
	if (at > n || (rc < 0 && why == NULL))
		rc = -99;
	free(line);
	return rc;
}

static int
index_of(const char *s)
{
	return scan(s, strlen(s));
}

static void
test_good(void)
{
	static const struct {
		const char *line;
		int members;
	} good[] = {
		{ "{}", 0 },
		{ " { } ", 0 },
		{ "\t\r\n {\"a\":1}\n", 1 },
		{ "{\"a\":1,\"b\":2}", 2 },
		{ "{ \"a\" : 1 , \"b\" : [ ] }", 2 },
		{ "{\"\":\"\"}", 1 },
		{ "{\"a\":-0.5e+10}", 1 },
		{ "{\"a\":0,\"b\":-0,\"c\":10,\"d\":1E5,\"e\":1.0e-7}", 5 },
		{ "{\"a\":true,\"b\":false,\"c\":null}", 3 },
		{ "{\"a\":{\"a\":{\"a\":[{},[],[1,2,[3]]]}}}", 1 },
		{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\"}", 1 },
		{ "{\"a\":\"\\ud83d\\ude00\"}", 1 },
		{ "{\"a\":\"\xf0\x9f\x98\x80\xc3\xa9\x7f\"}", 1 },
		{ "{\"a\":\"12345678\"}", 1 },
		{ "{\"a\":\"1234567\\\\\"}", 1 },
		{ "{\"a\":99999999999999999999999999999999999999999}", 1 },
	};

	for (size_t i = 0; i < DOC_LEN(good); i++)
		OK(index_of(good[i].line) == good[i].members,
		    label("good line", i));
}

static void
test_bad(void)
{
	static const char *const bad[] = { "", " ", "{", "}", "[]", "\"a\"",
		"1", "null", "{}{}", "{}x", "{} ,", "{\"a\"}", "{\"a\":}",
		"{\"a\" 1}", "{a:1}", "{'a':1}", "{\"a\":1,}", "{,}",
		"{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{\"a\":[1,]}",
		"{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{1]}",
		"{\"a\":01}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":.5}",
		"{\"a\":1.}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x1}",
		"{\"a\":1.e1}", "{\"a\":-01}", "{\"a\":NaN}",
		"{\"a\":Infinity}", "{\"a\":True}", "{\"a\":tru}", "{\"a\":nul",
		"{\"a\":\"", "{\"a\":\"b", "{\"a\":\"\\\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u12G4\"}",
		"{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}",
		"{\"a\":\"\\ud800x\"}", "{\"a\":\"\\udc00\"}",
		"{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"\x01\"}",
		"{\"a\":\"\t\"}", "{\"a\":\"\n\"}", "{\"a\":1}\x01",
		"\xef\xbb\xbf{\"a\":1}", "{\"a\":1/**/}", "{\"a\":1}//",
		"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}",
		"{\"a\":\"\xe0\x80\x80\"}", "{\"a\":\"\xed\xa0\x80\"}",
		"{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xc3\"}",
		"{\"\xff\":1}", "{\"a\":1,\"a\":2}",
		"{\"a\":1,\"b\":2,\"a\":3}", "{1:2}", "{\"a\":1}{\"b\":2}" };

	for (size_t i = 0; i < DOC_LEN(bad); i++)
		OK(index_of(bad[i]) == -1, label("bad line", i));
	OK(scan("{\"a\":\"\0\"}", 9) == -1, "NUL in a string");
	OK(scan("{}\0", 3) == -1, "NUL behind");
	OK(scan("{\"a\":\"\\\0\"}", 10) == -1, "NUL behind a backslash");
	OK(scan("{\"a\":1\0}", 8) == -1, "NUL in a number");
}

/* The same member twice, spelt in two ways: a reader downstream sees one of
 * them, and not the one we saw. */
static void
test_twice(void)
{
	OK(index_of("{\"path\":1,\"\\u0070ath\":2}") == -1, "escaped letter");
	OK(index_of("{\"\\u0070ath\":1,\"path\":2}") == -1, "the other way");
	OK(index_of("{\"a\\/b\":1,\"a/b\":2}") == -1, "escaped slash");
	OK(index_of("{\"\\u00e9\":1,\"\xc3\xa9\":2}") == -1, "escaped e acute");
	OK(index_of("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}") == -1,
	    "surrogate pair");
	OK(index_of("{\"\\n\":1,\"\\u000A\":2}") == -1, "two escapes");
	OK(index_of("{\"\\u0061\":1,\"b\":2,\"\\u0063\":3}") == 3,
	    "escapes, but different");
	OK(index_of("{\"a\\\\n\":1,\"a\\n\":2}") == 2,
	    "a backslash is no newline");
	OK(index_of("{\"ab\":1,\"a\":2,\"abc\":3}") == 3, "prefixes");
}

/* Every possible cut and every single changed byte: no crash, and what is
 * accepted makes a tree, too. */
static void
test_mangled(void)
{
	static const char line[] =
	    "{\"v\":1, \"k\\u00e9\":[\"\xc3\xa9\\ud83d\\ude00\",-1.5e3,{\"x\":"
	    "null}],\"t\":true}";
	size_t n = sizeof(line) - 1, cut_ok = 0, wrong = 0, accepted = 0;
	char copy[sizeof(line)];

	for (size_t i = 0; i < n; i++)
		cut_ok += scan(line, i) == -1;
	OK(cut_ok == n, "no cut line is accepted");
	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < 256; c++) {
			struct doc_value *v;

			memcpy(copy, line, sizeof(line));
			copy[i] = (char)c;
			if (scan(copy, n) < 0)
				continue;
			accepted++;
			v = doc_value_parse(copy, n);
			wrong += v == NULL;
			doc_value_free(v);
		}
	OK(accepted > n && wrong == 0, "what is accepted makes a tree");
}

static void
test_depth(void)
{
	char line[256];

	for (int depth = DOC_JSON_DEPTH - 2; depth <= DOC_JSON_DEPTH + 1;
	     depth++) {
		size_t n = 0;

		n += (size_t)sprintf(line, "{\"a\":");
		for (int i = 0; i < depth - 1; i++)
			line[n++] = '[';
		for (int i = 0; i < depth - 1; i++)
			line[n++] = ']';
		line[n++] = '}';
		OK((scan(line, n) == 1) == (depth <= DOC_JSON_DEPTH), "depth");
		if (depth <= DOC_JSON_DEPTH) {
			struct doc_value *v = doc_value_parse(line + 5, n - 6);

			OK(v != NULL, "a member that deep can be read");
			doc_value_free(v);
		}
	}
}

static void
test_count(void)
{
	doc_autobuf struct doc_buf b = { 0 };

	for (int n = DOC_JSON_MEMBERS - 1; n <= DOC_JSON_MEMBERS + 1; n++) {
		b.len = 0;
		for (int i = 0; i < n; i++)
			doc_buf_addf(&b, "%s\"k%d\":%d", i ? "," : "{", i, i);
		doc_buf_addc(&b, '}');
		OK(scan(b.data, b.len) == (n <= DOC_JSON_MEMBERS ? n : -1),
		    "number of members");
	}
}

static void
test_offsets(void)
{
	static const char line[] = " {  \"key\" :  [1, 2]  , \"k\\n\":\"v\" } ";
	const char *why;
	size_t at;

	OK(doc_json_index(line, sizeof(line) - 1, members, &why, &at) == 2,
	    "two members");
	OK(line[members[0].start] == '"', "start is the quote");
	OK(members[0].key_len == 3 && !memcmp(line + members[0].key, "key", 3),
	    "key between the quotes");
	OK(members[0].value_len == 6 &&
		!memcmp(line + members[0].value, "[1, 2]", 6),
	    "value without the blanks");
	OK(members[1].key_len == 3 && !memcmp(line + members[1].key, "k\\n", 3),
	    "key as it is spelt");
	OK(members[1].value_len == 3 &&
		!memcmp(line + members[1].value, "\"v\"", 3),
	    "string with its quotes");
	OK(doc_json_index("{\"a\":x}", 7, members, &why, &at) < 0 && at == 5,
	    "where it is wrong");
}

/* Whatever bytes go in: what comes out is scanned and read back the same. */
static void
test_write(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	doc_autovalue struct doc_value *v = NULL;
	struct doc_json j;
	char all[128];

	for (int i = 0; i < 128; i++)
		all[i] = (char)i;
	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_strn(&j, "all", all, sizeof(all));
	doc_json_str(&j, "k\"\\\n", "");
	doc_json_int(&j, "min", INT64_MIN);
	doc_json_bool(&j, "yes", true);
	doc_json_open(&j, "list", '[');
	doc_json_str(&j, NULL, "\xc3\xa9");
	doc_json_open(&j, NULL, '{');
	doc_json_close(&j, '}');
	doc_json_int(&j, NULL, -1);
	doc_json_close(&j, ']');
	doc_json_raw(&j, "raw", "[1, 2]", 6);
	doc_json_close(&j, '}');
	OK(!j.failed && scan(b.data, b.len) == 6, "well-formed");
	v = doc_value_parse(b.data, b.len);
	OK(doc_value_int(doc_value_get(v, "min"), 0) == INT64_MIN, "integer");
	OK(strcmp(doc_value_get_str(v, "k\"\\\n"), "") == 0, "odd key");
	OK(doc_value_count(doc_value_get(v, "list")) == 3, "list");
	OK(doc_value_str(doc_value_get(v, "all")) == NULL,
	    "a string with NUL is not handed out as a C string");
}

static void
test_full(void)
{
	struct doc_buf b = { .max = 20 };
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "a", "0123456789abcdefghij");
	doc_json_int(&j, "b", 1);
	doc_json_close(&j, '}');
	OK(j.failed, "a full buffer is noticed at the end");
	doc_buf_release(&b);
}

int
main(void)
{
	test_good();
	test_bad();
	test_twice();
	test_mangled();
	test_depth();
	test_count();
	test_offsets();
	test_write();
	test_full();
	return TAP_DONE();
}
