/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iconv(3) by ICU keeps the contract of iconv(3): whatever the room, no input
 * is taken whose output is not there, and nothing is lost.  Under other names,
 * so that it is not in front of libc's.
 */
#include <stdio.h>
#include <string.h>

#define iconv	    icu_iconv
#define iconv_open  icu_iconv_open
#define iconv_close icu_iconv_close

#include "lib/engine/iconv_icu.c" /* NOLINT(bugprone-suspicious-include) */
#include "tests/unit/tap.h"

static const struct {
	const char *charset, *text, *want;
	size_t least; /* bytes of room for it to get on */
} rows[] = {
	{ "koi8-r", "\xed\xc1\xd3\xd4\xc5\xd2", "Мастер", 4 },
	{ "CP1252",
	    "a\x80"
	    "b\x93",
	    "a€b“", 4 },
	{ "SHIFT_JIS", "\x93\xfa\x96{x", "日本x", 4 },
	{ "ISO-2022-JP", "a\x1b$BF|K\\\x1b(Bz", "a日本z", 4 },
	{ "GB18030", "\xc4\xe3\x81\x30\x89\x37", "你Þ", 4 },
	{ "UTF-8", "x\xf0\x9f\x98\x80y", "x😀y", 4 },
	{ "BIG5", "\xa7\x41\xa6\x6e", "你好", 4 },
	{ "UTF-7", "Hi +ZeVnLIqe-!", "Hi 日本語!",
	    12 }, /* its characters share bytes */
};

/* With so much room at a time; gathers what comes out.  False: the contract is
 * broken, or it makes no headway with room for a character. */
static bool
piecewise(const char *charset, const char *text, size_t room, char got[256])
{
	iconv_t cd = iconv_open("UTF-8", charset);
	char *in = (char *)(uintptr_t)text, piece[64];
	size_t left = strlen(text), rc = 0;
	bool sound = cd != (iconv_t)-1;

	got[0] = '\0';
	while (sound) {
		char *at = piece, *before = in;
		size_t free_room = room;

		rc = iconv(cd, &in, &left, &at, &free_room);
		strncat(got, piece, (size_t)(at - piece));
		if (rc == 0)
			break;
		sound = errno == E2BIG && left > 0 &&
		    (at > piece || in > before);
	}
	iconv_close(cd);
	return sound && left == 0;
}

static void
test_rooms(void)
{
	char got[256], what[320];

	for (size_t i = 0; i < DOC_LEN(rows); i++) {
		bool good = true;

		for (size_t room = rows[i].least; room <= sizeof(got) / 4;
		     room++)
			good = good &&
			    piecewise(rows[i].charset, rows[i].text, room,
				got) &&
			    strcmp(got, rows[i].want) == 0;
		snprintf(what, sizeof(what), "%s: %s", rows[i].charset, got);
		OK(good, what);
	}
}

/* What is wrong, and what is cut, stays in front of the caller. */
static void
test_bad(const char *text, int want, size_t taken)
{
	iconv_t cd = iconv_open("UTF-8", "UTF-8");
	char *in = (char *)(uintptr_t)text, out[64], *at = out, what[64];
	size_t left = strlen(text), room = sizeof(out);
	size_t rc = iconv(cd, &in, &left, &at, &room);

	snprintf(what, sizeof(what), "%s after %zu bytes",
	    want == EILSEQ ? "bad" : "cut", taken);
	OK(rc == (size_t)-1 && errno == want && (size_t)(in - text) == taken &&
		(size_t)(at - out) == taken,
	    what);
	iconv_close(cd);
}

int
main(void)
{
	test_rooms();
	test_bad("ab\xff"
		 "cd",
	    EILSEQ, 2);
	test_bad("ab\xe6\x97", EINVAL, 2);
	OK(iconv_open("UTF-8", "no-such-charset") == (iconv_t)-1 &&
		errno == EINVAL,
	    "an unknown charset");
	return TAP_DONE();
}
