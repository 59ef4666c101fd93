/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 against RFC 3629, by counting; buffers, digests, base64, times. */
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/digest.h"
#include "lib/base/error.h"
#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

/* Every code point goes there and back, and nothing else is accepted: of all
 * sequences of up to three bytes as many are valid as there are code points
 * that short; four bytes are tried at their edges. */
static void
test_all(void)
{
	size_t one = 0, two = 0, three = 0, bad = 0;
	char b[4];

	for (uint32_t r = 0; r <= 0x10ffff; r++) {
		doc_autobuf struct doc_buf buf = { 0 };
		bool surrogate = r >= 0xd800 && r <= 0xdfff;

		doc_utf8_put(&buf, r);
		bad += doc_utf8_step(buf.data, buf.len) != buf.len;
		bad += doc_utf8_rune(buf.data, buf.len) !=
		    (surrogate ? 0xfffd : r);
		bad += surrogate && memcmp(buf.data, "\xef\xbf\xbd", 3) != 0;
	}
	OK(bad == 0, "every code point");
	for (unsigned i = 0; i < 256; i++) {
		b[0] = (char)i;
		one += doc_utf8_step(b, 1) == 1;
		for (unsigned k = 0; k < 256; k++) {
			b[1] = (char)k;
			two += doc_utf8_step(b, 2) == 2;
			for (unsigned m = 0; i >= 0xe0 && m < 256; m++) {
				b[2] = (char)m;
				three += doc_utf8_step(b, 3) == 3;
			}
		}
	}
	OK(one == 0x80, "one byte");
	OK(two == 0x800 - 0x80, "two bytes");
	OK(three == 0x10000 - 0x800 - 0x800, "three bytes");
	OK(doc_utf8_step("\xf0\x8f\xbf\xbf", 4) == 0, "overlong");
	OK(doc_utf8_step("\xf0\x90\x80\x80", 4) == 4, "U+10000");
	OK(doc_utf8_step("\xf4\x8f\xbf\xbf", 4) == 4, "U+10FFFF");
	OK(doc_utf8_step("\xf4\x90\x80\x80", 4) == 0, "beyond");
	OK(doc_utf8_step("\xf5\x80\x80\x80", 4) == 0, "far beyond");
	OK(doc_utf8_step("\xf0\x90\x80", 3) == 0, "cut");
	OK(doc_utf8_step("\xf0\x90\x80\x41", 4) == 0, "ends too soon");
	OK(doc_utf8_step("", 0) == 0, "nothing");
}

/* A bad byte at every place of every alignment is found where it is. */
static void
test_valid(void)
{
	char text[64];
	int wrong = 0;

	for (size_t off = 0; off < 8; off++)
		for (size_t at = off; at < sizeof(text); at++) {
			memset(text, 'a', sizeof(text));
			text[at] = (char)0xff;
			wrong += doc_utf8_valid(text + off,
				     sizeof(text) - off) != at - off;
		}
	OK(wrong == 0, "where the bad byte is");
	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 2, "\xe2\x82", 2);
	OK(doc_utf8_valid(text, sizeof(text)) == sizeof(text) - 2,
	    "cut at the end");
	OK(doc_utf8_valid(NULL, 0) == 0, "nothing");
}

static void
test_repair(void)
{
	doc_autobuf struct doc_buf b = { 0 };

	OK(doc_utf8_repair(&b,
	       "a\xff"
	       "b\xe2\x82",
	       5) == 3,
	    "three repairs");
	OK(strcmp(doc_buf_str(&b),
	       "a\xef\xbf\xbd"
	       "b\xef\xbf\xbd\xef\xbf\xbd") == 0,
	    "as U+FFFD");
	b.len = 0;
	OK(doc_utf8_repair(&b, "\xc3\xa9", 2) == 0 && b.len == 2, "none");
	b.max = 3;
	b.len = 0;
	OK(doc_utf8_repair(&b, "abcd", 4) == -1, "full");
}

static void
test_buf(void)
{
	struct doc_buf b = { .max = 10 };

	OK(strcmp(doc_buf_str(&b), "") == 0, "empty is \"\"");
	OK(doc_buf_add(&b, "0123456789", 10) == 0, "to the brim");
	OK(doc_buf_addc(&b, 'x') < 0 && b.len == 10, "not one more");
	OK(doc_buf_add(&b, "x", SIZE_MAX) < 0 && b.len == 10, "no overflow");
	doc_buf_skip(&b, 4);
	OK(b.len == 6 && memcmp(b.data, "456789", 6) == 0, "skip");
	OK(doc_buf_addf(&b, "%d%s", 7, "x") == 0 && b.len == 8, "formatted");
	doc_buf_release(&b);
	OK(b.data == NULL && b.len == 0, "released");
	doc_buf_skip(&b, 0);
	OK(doc_buf_add(&b, NULL, 0) == 0, "nothing to nothing");
	doc_buf_release(&b);
}

static void
test_error(void)
{
	struct doc_error err = { 0 };
	char longer[600];
	int rc;

	rc = doc_error_set(&err, DOC_E_DAMAGED, "a\nb\x1b[0m\xff\x7f");
	OK(rc == -1 && strcmp(err.msg, "a?b?[0m??") == 0, "one clean line");
	(void)doc_error_set(&err, DOC_E_IO, "second");
	OK(err.code == DOC_E_DAMAGED && err.msg[0] == 'a', "the first wins");
	for (size_t i = 0; i < sizeof(longer); i++)
		longer[i] = i % 3 == 0 ? '\xe2' : i % 3 == 1 ? '\x82' : '\xac';
	longer[599] = '\0';
	for (int lead = 0; lead < 3; lead++) {
		err = (struct doc_error){ 0 };
		(void)doc_error_set(&err, DOC_E_IO, "%s", longer + lead * 3);
		OK(doc_utf8_valid(err.msg, strlen(err.msg)) == strlen(err.msg),
		    "cut, and still UTF-8");
		err = (struct doc_error){ 0 };
		(void)doc_error_sys(&err, "%s", longer);
		OK(strlen(err.msg) < sizeof(err.msg), "cut with an errno");
	}
	for (int i = 0; i < DOC_E_COUNT; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(doc_error_name((enum doc_code)i),
				doc_error_name((enum doc_code)k)) == 0)
				OK(0, "two errors of one name");
}

static void
test_base64(void)
{
	doc_autobuf struct doc_buf a = { 0 }, b = { 0 };
	char all[256];
	int wrong = 0;

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	for (size_t n = 0; n <= 256; n++) {
		a.len = b.len = 0;
		wrong += doc_base64_encode(&a, all, n) < 0;
		wrong += doc_base64_decode(&b, a.len ? a.data : "", a.len) < 0;
		wrong += b.len != n || (n > 0 && memcmp(b.data, all, n) != 0);
	}
	OK(wrong == 0, "there and back");
	b.len = 0;
	OK(doc_base64_decode(&b, "YQ", 2) < 0 && b.len == 0, "no padding");
	OK(doc_base64_decode(&b, "Y*==", 4) < 0 && b.len == 0, "no base64");
	OK(doc_base64_decode(&b, "=", 1) < 0, "padding only");
}

static void
test_digest(void)
{
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_add(&d, "a", 1);
	doc_digest_add(&d, "", 0);
	doc_digest_add(&d, NULL, 0);
	doc_digest_add(&d, "bc", 2);
	doc_digest_hex(&d, hex);
	OK(strcmp(hex,
	       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff6"
	       "1f20015ad") == 0,
	    "FIPS 180-4 example");
	OK(doc_digest_is_hex(hex), "is one");
	hex[5] = 'A';
	OK(!doc_digest_is_hex(hex), "capitals are none");
	hex[63] = '\0';
	OK(!doc_digest_is_hex(hex) && !doc_digest_is_hex(""), "too short");
}

static void
test_time(void)
{
	char t[DOC_TIME_SIZE];

	OK(doc_time_format(0, t) == 0 && strcmp(t, "1970-01-01T00:00:00Z") == 0,
	    "the epoch");
	OK(doc_time_format(-1, t) == 0 &&
		strcmp(t, "1969-12-31T23:59:59Z") == 0,
	    "before it");
	OK(doc_time_format(253402300799, t) == 0 &&
		strcmp(t, "9999-12-31T23:59:59Z") == 0,
	    "the last second");
	OK(doc_time_format(253402300800, t) == -1, "five digits");
	OK(doc_time_format(-62167219200, t) == 0 && strlen(t) == 20,
	    "the year 0 has four digits, too");
	OK(doc_time_format(-62167219201, t) == -1, "before the year 0");
	OK(doc_time_format(INT64_MAX, t) == -1, "no year at all");
}

int
main(void)
{
	test_all();
	test_valid();
	test_repair();
	test_buf();
	test_error();
	test_base64();
	test_digest();
	test_time();
	return TAP_DONE();
}
