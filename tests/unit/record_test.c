/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records: read, append, replace; lines; names that are bytes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/base64.h"
#include "lib/record/path.h"
#include "lib/record/record.h"
#include "lib/record/stream.h"
#include "tests/unit/tap.h"

static struct doc_record rec;

static int
parse(const char *line)
{
	struct doc_error err = { 0 };
	int rc = doc_record_parse(&rec, line, strlen(line), &err);

	if (rc < 0 && (err.code != DOC_E_STREAM || err.msg[0] == '\0'))
		return -99;
	return rc;
}

#define DOC "{\"v\":1,\"type\":\"doc\",\"id\":\"0\",\"path\":\"p\""

static void
test_types(void)
{
	OK(parse(DOC "}") == 0 && rec.type == DOC_TYPE_DOC, "a document");
	OK(parse("{\"v\":1,\"type\":\"end\"}") == 0 && rec.type == DOC_TYPE_END,
	    "an end");
	OK(parse("{\"type\":\"x\",\"v\":1}") == 0 && rec.type == DOC_TYPE_OTHER,
	    "something else");
	OK(parse(
	       "{\"v\":1,\"type\":\"do\\u0063\",\"id\":\"0\",\"path\":\"p\"}") <
		    0 ||
		rec.type == DOC_TYPE_DOC,
	    "an escape does not hide a document");
	OK(parse("{}") < 0, "no version");
	OK(parse("{\"v\":\"1\",\"type\":\"doc\"}") < 0, "version a string");
	OK(parse("{\"v\":1.0,\"type\":\"doc\"}") < 0, "version a float");
	OK(parse("{\"v\":10,\"type\":\"doc\"}") < 0, "version 10");
	OK(parse("{\"v\":1,\"type\":1}") < 0, "type a number");
	OK(parse("{\"v\":1,\"type\":\"doc\",\"id\":\"0\"}") < 0, "no path");
	OK(parse("{\"v\":1,\"type\":\"doc\",\"path\":\"0\"}") < 0, "no id");
	OK(parse("{\"v\":1,\"type\":\"doc\",\"id\":1,\"path\":\"p\"}") < 0,
	    "id a number");
}

/* doc_record_append with key "k": what comes out. */
static bool
appends(const char *line, const char *want)
{
	doc_autobuf struct doc_buf out = { 0 };
	struct doc_error err = { 0 };
	const char *why;
	size_t at;

	rec.line = line;
	rec.len = strlen(line);
	rec.n = doc_json_index(line, rec.len, rec.members, &why, &at);
	(void)err;
	if (rec.n < 0 || doc_record_append(&rec, "k", "[7]", 3, &out) < 0)
		return false;
	if (strcmp(doc_buf_str(&out), want) == 0)
		return true;
	printf("# got:  %s# want: %s", doc_buf_str(&out), want);
	return false;
}

static void
test_append(void)
{
	OK(appends("{}", "{\"k\":[7]}\n"), "to nothing");
	OK(appends("{ }", "{ \"k\":[7]}\n"), "to a blank");
	OK(appends("{\"a\":1}", "{\"a\":1,\"k\":[7]}\n"), "to one");
	OK(appends(" {\"a\":1 } ", " {\"a\":1 ,\"k\":[7]}\n"), "with blanks");
	OK(appends("{\"a\":{\"k\":1}}", "{\"a\":{\"k\":1},\"k\":[7]}\n"),
	    "an inner key of that name stays");
	OK(appends("{\"k\":1}", "{\"k\":[7]}\n"), "replace the only one");
	OK(appends("{\"k\":1,\"a\":2}", "{\"a\":2,\"k\":[7]}\n"), "the first");
	OK(appends("{ \"k\" : 1 , \"a\":2}", "{  \"a\":2,\"k\":[7]}\n"),
	    "the first, with blanks");
	OK(appends("{\"a\":2,\"k\":1}", "{\"a\":2,\"k\":[7]}\n"), "the last");
	OK(appends("{\"a\":2 , \"k\":\",\" }", "{\"a\":2  ,\"k\":[7]}\n"),
	    "the last, with blanks and a comma in it");
	OK(appends("{\"a\":\",\",\"k\":{\"x\":\"}\"},\"b\":\",\"}",
	       "{\"a\":\",\",\"b\":\",\",\"k\":[7]}\n"),
	    "the middle, commas and braces all around");
	OK(appends("{\"\\u006b\":1,\"a\":2}", "{\"a\":2,\"k\":[7]}\n"),
	    "spelt with an escape");
}

static void
test_copy(void)
{
	static const char line[] = DOC " , \"x\" :1.50 }";
	doc_autobuf struct doc_buf out = { 0 };

	OK(parse(line) == 0 &&
		doc_record_append(&rec, NULL, NULL, 0, &out) == 0 &&
		strncmp(doc_buf_str(&out), line, sizeof(line) - 1) == 0 &&
		out.len == sizeof(line),
	    "as it is");
	out.len = 0;
	out.max = 10;
	OK(doc_record_append(&rec, "k", "1", 1, &out) < 0, "a full buffer");
}

static void
test_values(void)
{
	doc_autobuf struct doc_buf b = { 0 };

	parse(DOC ",\"s\":\"a\\n\\u00e9\",\"n\":5,\"z\":\"\\u0000\",\"o\":{}}");
	OK(doc_record_str(&rec, "s", &b) == 1 &&
		strcmp(doc_buf_str(&b), "a\n\xc3\xa9") == 0,
	    "an escaped string");
	b.len = 0;
	OK(doc_record_str(&rec, "n", &b) == 0 && b.len == 0, "no string");
	OK(doc_record_str(&rec, "none", &b) == 0, "absent");
	OK(doc_record_str(&rec, "z", &b) == 0, "a NUL is no string");
	OK(doc_record_int(&rec, "n", -1) == 5, "an integer");
	OK(doc_record_int(&rec, "s", -1) == -1, "not an integer");
	b.max = 2;
	b.len = 0;
	OK(doc_record_str(&rec, "path", &b) == 1, "it fits");
	OK(doc_record_str(&rec, "s", &b) == -1, "it does not fit");
}

static bool
round_trip(const char *p, size_t n)
{
	doc_autobuf struct doc_buf line = { 0 }, path = { 0 };
	struct doc_buf member = { (char *)(uintptr_t)p, n, 0, 0 };
	struct doc_name name = { "t", p, n, &member, 1, NULL, NULL };
	struct doc_error err = { 0 };
	struct doc_json j;

	doc_json_begin(&j, &line);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "doc");
	doc_json_str(&j, "id", "0");
	doc_name_write(&j, &name);
	doc_json_close(&j, '}');
	if (j.failed || doc_record_parse(&rec, line.data, line.len, &err) < 0)
		return false;
	return doc_record_path(&rec, &path) == 1 && path.len == n &&
	    memcmp(path.data, p, n) == 0;
}

static void
test_paths(void)
{
	doc_autobuf struct doc_buf b = { 0 };
	char all[255];

	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	OK(round_trip("plain", 5), "ASCII");
	OK(round_trip(all, sizeof(all)), "every byte but NUL");
	OK(round_trip("\xc3\xa9\"\\\n", 5), "UTF-8, quotes, newline");
	OK(round_trip("\xef\xbf\xbd", 3), "a real U+FFFD");
	OK(round_trip("\xc3", 1), "half a character");
	for (int c = 1; c < 256; c++) {
		char one[3] = { 'a', (char)c, 'b' };

		if (!round_trip(one, 3))
			OK(0, "one byte");
	}
	parse(DOC ",\"path_b64\":\"YWI=\"}");
	OK(doc_record_path(&rec, &b) == 1 && b.len == 2 &&
		memcmp(b.data, "ab", 2) == 0,
	    "path_b64 wins");
	b.len = 0;
	parse(DOC ",\"path_b64\":\"!!!\"}");
	OK(doc_record_path(&rec, &b) == 0 && b.len == 0, "broken base64");
	parse(DOC ",\"path_b64\":\"YQBi\"}");
	OK(doc_record_path(&rec, &b) == 0, "a NUL in base64");
	parse(DOC ",\"path_b64\":\"\"}");
	OK(doc_record_path(&rec, &b) == 0, "empty");
	parse(DOC ",\"path_b64\":7}");
	b.len = 0;
	OK(doc_record_path(&rec, &b) <= 1, "base64 of another type");
}

static void
test_ids(void)
{
	struct doc_buf a[2] = { { (char *)(uintptr_t) "bc", 2, 0, 0 },
		{ (char *)(uintptr_t) "d", 1, 0, 0 } };
	struct doc_buf z[2] = { { (char *)(uintptr_t) "b", 1, 0, 0 },
		{ (char *)(uintptr_t) "cd", 2, 0, 0 } };
	static const uint32_t nth[][2] = { { 1, 2 }, { 2, 1 }, { 2, 2 },
		{ 1, 1 } };
	struct doc_name names[] = {
		{ "t", "a", 1, a, 2, NULL, NULL },
		{ "t", "a", 1, z, 2, NULL, NULL },
		{ "t", "a", 1, a, 1, NULL, NULL },
		{ "ta", "", 0, a, 2, NULL, NULL },
		{ "t", "ab", 2, NULL, 0, NULL, NULL },
		{ "t", "a", 1, NULL, 0, NULL, NULL },
		{ "t", "a", 1, a, 2, NULL, nth[0] },
		{ "t", "a", 1, a, 2, NULL, nth[1] },
		{ "t", "a", 1, a, 2, NULL, nth[2] },
		{ "t", "a", 1, a, 1, NULL, nth[1] },
	};
	struct doc_name first = { "t", "a", 1, a, 2, NULL, nth[3] };
	char id[DOC_ID_SIZE];
	char ids[DOC_LEN(names)][DOC_ID_SIZE];
	int same = 0;

	for (size_t i = 0; i < DOC_LEN(names); i++) {
		doc_name_id(&names[i], ids[i]);
		for (size_t k = 0; k < i; k++)
			same += strcmp(ids[i], ids[k]) == 0;
	}
	OK(same == 0, "no two places have one id");
	doc_name_id(&first, id);
	OK(strcmp(id, ids[0]) == 0, "the first of its name needs no number");
	/* As it was before there were numbers. */
	OK(strcmp(id, "7b9c4c615308cf7040e2fce679a851c2") == 0,
	    "and its id stays for ever");
	OK(strspn(ids[0], "0123456789abcdef") == 32 && ids[0][32] == '\0',
	    "32 digits");
}

static void
test_tenants(void)
{
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "/",
		"a b", "a\n", "\xc3\xa9" };
	char name[66] = "";

	for (size_t i = 0; i < DOC_LEN(bad); i++)
		OK(!doc_tenant_valid(bad[i]), "bad tenant");
	memset(name, 'a', 64);
	OK(doc_tenant_valid(name), "64 letters");
	name[64] = 'a';
	OK(!doc_tenant_valid(name), "65 letters");
	OK(doc_tenant_valid("Acme_2.x-y"), "all kinds");
}

/* --- lines -----------------------------------------------------------------*/

static int
input(const char *p, size_t n)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	if (write(fd, p, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	return fd;
}

/* Lines of the input, each followed by '|'; "!" for a line too long. */
static const char *
lines_of(const char *p, size_t n, int end, size_t max, struct doc_buf *out)
{
	struct doc_error err = { 0 };
	doc_autoclose int fd = input(p, n);
	struct doc_lines l;
	const char *line;
	size_t len;
	int rc;

	out->len = 0;
	doc_lines_init(&l, fd, end, max);
	for (;;) {
		rc = doc_lines_next(&l, &line, &len, &err);
		if (rc < 0)
			doc_buf_addc(out, '!');
		if (rc < 0 || (rc == 0 && l.eof))
			break;
		if (rc == 0 && doc_lines_fill(&l, &err) < 0)
			break;
		if (rc > 0) {
			doc_buf_add(out, line, len);
			doc_buf_addc(out, '|');
		}
	}
	doc_lines_release(&l);
	return doc_buf_str(out);
}

static void
test_lines(void)
{
	doc_autobuf struct doc_buf out = { 0 }, big = { 0 };

#define LINES(s, end, max) lines_of(s, sizeof(s) - 1, end, max, &out)
	OK(strcmp(LINES("a\nb\n", '\n', 9), "a|b|") == 0, "two");
	OK(strcmp(LINES("a\nb", '\n', 9), "a|b|") == 0,
	    "no newline at the end");
	OK(strcmp(LINES("", '\n', 9), "") == 0, "nothing");
	OK(strcmp(LINES("\n\n", '\n', 9), "||") == 0, "empty lines");
	OK(strcmp(LINES("a\nb\0c\0", '\0', 9), "a\nb|c|") == 0, "names by NUL");
	for (size_t n = 0; n < 600000; n++)
		doc_buf_addc(&big, n % 1000 == 999 ? '\n' : 'x');
	OK(strlen(lines_of(big.data, big.len, '\n', 2000, &out)) == 600000,
	    "many chunks");
	/* The longest line is as long wherever a read happens to end. */
	for (size_t n = 0; n < big.len; n++)
		big.data[n] = 'x';
	big.data[100] = big.data[99] = '\n';
	OK(strcmp(lines_of(big.data, 101, '\n', 99, &out) + 99, "||") == 0,
	    "exactly as long as allowed");
	OK(strchr(lines_of(big.data, 101, '\n', 98, &out), '!') != NULL,
	    "one longer, its end in the same read");
	OK(strchr(lines_of(big.data, 99, '\n', 98, &out), '!') != NULL,
	    "one longer, without an end");
}

/* What is asked of every record, without a tree. */
static void
test_inside(void)
{
	struct doc_record in;

	parse(DOC ",\"scan\":{\"verdict\":\"infected\",\"n\":7},\"s\":\"x\","
		  "\"esc\":{\"verd\\u0069ct\":\"\\u0069nfected\"},"
		  "\"two\":{\"a\":\"x\",\"a\":\"y\"}}");
	OK(doc_record_says(&rec, "scan", "verdict", "infected"), "it says so");
	OK(!doc_record_says(&rec, "scan", "verdict", "infecte"), "not a part");
	OK(!doc_record_says(&rec, "scan", "n", "7"), "a number is no word");
	OK(!doc_record_says(&rec, "s", "verdict", "x"), "not an object");
	OK(!doc_record_says(&rec, "none", "verdict", "x"), "not there");
	OK(doc_record_says(&rec, "esc", "verdict", "infected"),
	    "an escape hides nothing");
	OK(doc_record_says(&rec, "two", "a", "y"), "of two the last");
	OK(doc_record_inside(&rec, "scan", &in) == 1 && in.n == 2 &&
		doc_record_int(&in, "n", 0) == 7,
	    "its members");
	OK(doc_record_inside(&rec, "s", &in) == 0 && in.n == 0, "none");
	OK(doc_record_inside(&rec, "two", &in) < 0, "twice the same");
}

static void
test_numbers(void)
{
	parse(DOC ",\"a\":0,\"b\":-5,\"c\":9007199254740992,\"d\":1e3,"
		  "\"e\":9223372036854775807,\"f\":999999999999999999,"
		  "\"g\":null}");
	OK(doc_record_int(&rec, "a", 1) == 0 &&
		doc_record_int(&rec, "b", 1) == -5 &&
		doc_record_int(&rec, "c", 1) == 9007199254740992,
	    "integers");
	OK(doc_record_int(&rec, "d", 1) == 1 &&
		doc_record_int(&rec, "g", 1) == 1,
	    "no integers");
	OK(doc_record_int(&rec, "e", 1) == INT64_MAX &&
		doc_record_int(&rec, "f", 1) == 999999999999999999,
	    "long ones");
}

/* The scan goes in steps: what matters may stand anywhere in one. */
static void
test_steps(void)
{
	static const char bad[] = { '\1', '\x80', '\\', '"', '\x1f' };
	bool good = true, caught = true;

	for (size_t at = 0; at < 40; at++)
		for (size_t i = 0; i <= sizeof(bad); i++) {
			char line[160], pad[41] = "";

			memset(pad, 'p', 40);
			if (i < sizeof(bad))
				pad[at] = bad[i];
			snprintf(line, sizeof(line), DOC ",\"pad\":\"%s\"}",
			    pad);
			if (i == sizeof(bad))
				good = good && parse(line) == 0;
			else
				caught = caught && parse(line) == -1;
		}
	OK(good, "nothing seen where nothing is");
	OK(caught, "what may not be is seen at every place");
}

static void
test_sink(void)
{
	doc_autobuf struct doc_buf text = { 0 };
	struct doc_error err = { 0 };
	struct doc_sink s = { .fd = open("/dev/full", O_WRONLY | O_CLOEXEC) };

	OK(doc_sink_flush(&s, &err) == 0, "nothing to write is no error");
	doc_buf_adds(&s.buf, "x");
	OK(doc_sink_flush(&s, &err) < 0 && err.code == DOC_E_NO_SPACE,
	    "a full disk");
	doc_buf_release(&s.buf);
	close(s.fd);
	OK(doc_base64_encode(&text, NULL, 0) == 0 && text.len == 0,
	    "base64 of nothing");
}

int
main(void)
{
	test_types();
	test_append();
	test_copy();
	test_values();
	test_paths();
	test_ids();
	test_tenants();
	test_lines();
	test_inside();
	test_numbers();
	test_steps();
	test_sink();
	return TAP_DONE();
}
