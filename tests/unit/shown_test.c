/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as cells show them, and other small pure things of formats. */
#include <string.h>

#include "lib/format/hyphen.h"
#include "lib/format/lzfu.h"
#include "lib/format/number.h"
#include "tests/unit/tap.h"

static void
shows(double v, const char *code, const char *want)
{
	doc_autobuf struct doc_buf out = { 0 };
	int rc = doc_number_show(&out, v, code, false);

	if (rc < 0)
		doc_buf_adds(&out, "-1");
	if (strcmp(doc_buf_str(&out), want) != 0)
		printf("# %s: got %s\n", code, doc_buf_str(&out));
	OK(strcmp(doc_buf_str(&out), want) == 0, want);
}

static void
test_show(void)
{
	shows(3.14159, "0.00", "3.14");
	shows(1.005, "0.00", "1.01");
	shows(-2.5, "0", "-3");
	shows(1234567.891, "#,##0.00", "1,234,567.89");
	shows(0.5, "#.##", ".5");
	shows(12, "#.##", "12");
	shows(7, "000", "007");
	shows(0.256, "0%", "26%");
	shows(123456789, "000-00-0000", "123-45-6789");
	shows(1500000, "0.0,,\"M\"", "1.5M");
	shows(12345, "0.00E+00", "1.23E+04");
	shows(0.00012, "0.0E-0", "1.2E-4");
	shows(-5, "#,##0_);(#,##0)", "(5)");
	shows(5, "#,##0_);(#,##0)", "5 ");
	shows(0, "0;-0;\"none\"", "none");
	shows(9.5, "[$\u20ac-407] #,##0.00", "\u20ac 9.50");
	shows(150, "[>=100]\"big\";[<0]\"low\";0.0", "big");
	shows(50, "[>=100]\"big\";[<0]\"low\";0.0", "50.0");
	shows(-1, "[>=100]\"big\";[<0]\"low\";0.0", "low");
	shows(44270.5, "yyyy-mm-dd hh:mm", "2021-03-15 12:00");
	shows(1, "General", "-1");
	shows(0.5, "# ?/?", "-1");
	shows(1, "@", "-1");
	shows(1e308, "0", "-1");
	shows(0.125, "0.0%;@", "12.5%");
}

static void
test_lzfu(void)
{
	/* The example of [MS-OXRTFCP] 4.1.1, after its header. */
	static const char packed[] =
	    "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7"
	    "\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20"
	    "\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f"
	    "\xa0";
	static const char want[] = "{\\rtf1\\ansi\\ansicpg1252\\pard hello "
				   "world}\r\n";
	doc_autobuf struct doc_buf out = { 0 };

	OK(doc_lzfu(packed, sizeof(packed) - 1, &out) == 0 &&
		strcmp(doc_buf_str(&out), want) == 0,
	    "compressed RTF");
	for (size_t n = 0; n < sizeof(packed); n++) {
		out.len = 0;
		doc_lzfu(packed, n, &out);
	}
	OK(doc_lzfu("0123456789abcdefg", 17, &out) < 0, "other data");
}

static void
test_join(void)
{
	static const char *const cases[][2] = {
		{ "the mar-\nket place\n", "the market\nplace\n" },
		{ "Anglo-\nSaxon\n", "Anglo-\nSaxon\n" },
		{ "soft\u00ad\nly so", "softly\nso" },
		{ "1914-\nten", "1914-\nten" },
		{ "- item\n-\nx", "- item\n-\nx" },
		{ "gr\u00fc-\n\u00dfen", "gr\u00fc\u00dfen" },
		{ "end-", "end-" },
	};

	for (size_t i = 0; i < DOC_LEN(cases); i++) {
		doc_autobuf struct doc_buf text = { 0 };

		doc_buf_adds(&text, cases[i][0]);
		doc_hyphen_join(&text);
		OK(strcmp(doc_buf_str(&text), cases[i][1]) == 0,
		    "divided words");
	}
}

int
main(void)
{
	test_show();
	test_lzfu();
	test_join();
	return TAP_DONE();
}
