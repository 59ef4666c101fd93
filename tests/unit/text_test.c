/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text sink: always valid, counted, bounded; and what charset it was. */
#include "lib/format/plain.h"
#include "lib/format/survey.h"
#include "tests/unit/sink.h"
#include "tests/unit/tap.h"

static void
puts_is(const char *in, size_t n, const char *want, const char *what)
{
	struct sink s;

	sink_init(&s, 1000);
	doc_text_put(&s.text, in, n);
	OK(strcmp(sink_text(&s), want) == 0, what);
	sink_release(&s);
}

#define PUTS_IS(in, want, what) puts_is(in, sizeof(in) - 1, want, what)

static void
test_bytes(void)
{
	PUTS_IS("one\ntwo", "one\ntwo\n", "the last line is ended");
	PUTS_IS("a\r\nb\rc\r\rd", "a\nb\nc\n\nd\n", "CR and CR LF are LF");
	PUTS_IS("a\0b\x01\x1b[c\x7f", "ab[c\n", "NUL and controls go");
	PUTS_IS("\xc2\x85"
		"a\xc2\x9f",
	    "\na\n", "C1 controls go, NEL is a line end");
	PUTS_IS("\xef\xbb\xbfx\xef\xbb\xbf", "x\xef\xbb\xbf\n",
	    "a byte order mark goes at the start only");
	PUTS_IS("a\xff\xc3(\xed\xa0\x80",
	    "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n",
	    "bad bytes become U+FFFD");
}

static void
test_counts(void)
{
	struct sink s;

	sink_init(&s, 1000);
	doc_text_puts(&s.text, "two w");
	doc_text_puts(&s.text, "ords\tand\u3000more \xff");
	sink_text(&s);
	OK(sink_said(&s, "words=5;chars=16;repairs=1;"),
	    "words, characters and repairs over several calls");
	OK(!sink_said(&s, "pages="), "no pages unless there were any");
	sink_release(&s);
}

static void
test_lines_and_pages(void)
{
	struct sink s;

	sink_init(&s, 1000);
	doc_text_line(&s.text);
	doc_text_puts(&s.text, "a");
	doc_text_line(&s.text);
	doc_text_line(&s.text);
	doc_text_page(&s.text, 4);
	doc_text_page(&s.text, 4);
	doc_text_line(&s.text);
	doc_text_puts(&s.text, "c");
	doc_text_page(&s.text, 4);
	doc_text_page(&s.text, 4);
	OK(strcmp(sink_text(&s), "a\n\f\fc\n\f") == 0,
	    "a form feed between pages, empty ones too");
	OK(sink_said(&s, "pages=4;"), "pages are counted");
	sink_release(&s);
}

static void
test_limit(void)
{
	struct sink s;
	int rc;

	sink_init(&s, 5);
	OK(doc_text_puts(&s.text, "abc") == 0, "below the limit");
	rc = doc_text_puts(&s.text, "d\u00e4\u00e4x");
	OK(rc == -1, "the limit is told");
	doc_text_puts(&s.text, "x");
	OK(strcmp(sink_text(&s), "abcd") == 0, "no half character, no more");
	OK(sink_said(&s, "reason=output;"), "and said");
	sink_release(&s);
}

static void
test_big(void)
{
	struct sink s;
	bool same = true;

	sink_init(&s, 1 << 20);
	for (int i = 0; i < 50000; i++)
		doc_text_puts(&s.text, "0123456\n");
	sink_text(&s);
	OK(s.out.len == 400000, "more than one buffer");
	for (size_t i = 0; i < s.out.len; i++)
		same = same && s.out.data[i] == "0123456\n"[i % 8];
	OK(same, "in order");
	OK(s.text.pending.room < 200000, "through a small one");
	sink_release(&s);
}

static void
charset_is(const char *in, size_t n, const char *want, const char *text)
{
	struct doc_input input = { .fd = -1, .data = in, .size = n };
	struct sink s;
	char said[100];

	sink_init(&s, 100000);
	snprintf(said, sizeof(said), "encoding=%s;", want);
	OK(doc_plain_text(&input, &s.text, &s.err) == 0 && sink_said(&s, said),
	    want);
	OK(strncmp(sink_text(&s), text, strlen(text)) == 0, text);
	if (!sink_said(&s, said))
		printf("# %s\n", doc_buf_str(&s.said));
	sink_release(&s);
}

#define CHARSET_IS(in, want, text) charset_is(in, sizeof(in) - 1, want, text)

static void
test_charsets(void)
{
	CHARSET_IS("plain", "US-ASCII", "plain");
	CHARSET_IS("na\xc3\xafve", "UTF-8", "naïve");
	CHARSET_IS("\xef\xbb\xbfx", "UTF-8", "x");
	CHARSET_IS("\xff\xfeh\0i\0", "UTF-16LE", "hi");
	CHARSET_IS("\0h\0e\0l\0l\0o", "UTF-16BE", "hello");
	CHARSET_IS("h\0\0\0i\0\0\0", "UTF-32LE", "hi");
	CHARSET_IS("Voil\xe0 un caf\xe9 tr\xe8s fran\xe7"
		   "ais, bien s\xfbr",
	    "windows-1252", "Voilà un café");
	CHARSET_IS("\x8f\xe0\xa8\xa2\xa5\xe2, \xac\xa8\xe0! \x9d\xe2\xae "
		   "\xe2\xa5\xe1\xe2",
	    "IBM866", "Привет, мир!");
	CHARSET_IS("\xef\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? "
		   "\xfd\xf2\xee \xef\xf0\xee\xf1\xf2\xee\xe9 "
		   "\xf2\xe5\xea\xf1\xf2",
	    "windows-1251", "привет, как дела?");
	CHARSET_IS("\x82\xb1\x82\xea\x82\xcd\x93\xfa\x96\x7b\x8c\xea\x82\xcc"
		   "\x83\x65\x83\x4c\x83\x58\x83\x67\x82\xc5\x82\xb7\x81\x42",
	    "windows-31j", "これは日本語のテキストです。");
}

static void
test_split_sequences(void)
{
	static const char *const labels[] = { "utf-8", "gb18030" };
	static const char *const bytes[] = { "\xe2\x82\xac\xf0\x9f\x98\x80",
		"\xa2\xe3\x94\x39\xfc\x36" };

	for (size_t k = 0; k < DOC_LEN(labels); k++) {
		struct doc_charset *cs = doc_charset_open(labels[k]);
		doc_autobuf struct doc_buf out = { 0 };
		size_t n = strlen(bytes[k]);

		for (size_t i = 0; i < n; i++)
			doc_charset_put(cs, bytes[k] + i, 1, false, &out);
		doc_charset_put(cs, "", 0, true, &out);
		OK(strcmp(doc_buf_str(&out), "€😀") == 0 &&
			doc_charset_repairs(cs) == 0,
		    "sequences split over calls");
		doc_charset_free(cs);
	}
}

/* One half of a pair of surrogates, and the other with the next bytes. */
static void
test_split_pairs(void)
{
	static const char smile[] = "+2D3eAA-";
	bool good = true;

	for (size_t cut = 0; cut < sizeof(smile) - 1; cut++) {
		struct doc_charset *cs = doc_charset_open("utf-7");
		doc_autobuf struct doc_buf b = { 0 };

		good = good &&
		    doc_charset_put(cs, smile, cut, false, &b) == 0 &&
		    doc_charset_put(cs, smile + cut, sizeof(smile) - 1 - cut,
			true, &b) == 0 &&
		    b.len == 4 && memcmp(b.data, "\xf0\x9f\x98\x80", 4) == 0;
		doc_charset_free(cs);
	}
	OK(good, "UTF-7, cut anywhere");
}

static void
test_bad_sequences(void)
{
	struct doc_charset *cs = doc_charset_open("shift_jis");
	doc_autobuf struct doc_buf out = { 0 };

	doc_charset_put(cs, "a\xfd\x82", 3, true, &out);
	OK(strcmp(doc_buf_str(&out), "a\ufffd\ufffd") == 0 &&
		doc_charset_repairs(cs) == 2,
	    "bad bytes of any charset are U+FFFD and counted");
	doc_charset_free(cs);
	OK(doc_charset_open("no-such-charset") == NULL, "unknown label");
	OK(doc_charset_same("latin1", "ISO-8859-1") &&
		doc_charset_same("cp1252", "us-ascii") &&
		!doc_charset_same("koi8-r", "utf-8"),
	    "labels as browsers read them");
}

static void
test_choice(void)
{
	char name[DOC_CHARSET_NAME];

	doc_survey_choose("iso-8859-1", "gr\xc3\xbc\xc3\x9f", 6, name);
	OK(strcmp(name, "UTF-8") == 0, "a weak label yields to proof");
	doc_survey_choose("koi8-r", "\xcb\xcf\xd4", 3, name);
	OK(strcmp(name, "KOI8-R") == 0, "a strong one does not");
	doc_survey_choose("utf-8", "caf\xe9 cr\xe8me", 10, name);
	OK(strcmp(name, "windows-1252") == 0, "a refuted one goes");
}

static void
test_binary(void)
{
	char noise[4096];
	uint32_t x = 1;
	struct doc_input in = { .fd = -1,
		.data = noise,
		.size = sizeof(noise) };
	struct sink s;

	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1664525u + 1013904223u;
		noise[i] = (char)(x >> 24);
	}
	sink_init(&s, 100000);
	OK(doc_plain_text(&in, &s.text, &s.err) == -1 &&
		s.err.code == DOC_E_UNSUPPORTED,
	    "noise is not text");
	sink_release(&s);
}

int
main(void)
{
	test_bytes();
	test_counts();
	test_lines_and_pages();
	test_limit();
	test_big();
	test_charsets();
	test_split_sequences();
	test_split_pairs();
	test_bad_sequences();
	test_choice();
	test_binary();
	return TAP_DONE();
}
