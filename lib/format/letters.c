/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/letters.h"

enum kind {
	BLANK,
	SMALL,
	CAPITAL,
	DIGIT,
	QUOTE,
	MARK,
	PUNCTUATION,
	SYMBOL,
	BAD
};

/* Points for what stands where it may, and for what does not. */
enum { FINE = 2, NEUTRAL = 0, ODD = -2, WRONG = -4 };

/* Latin Extended-A and what else is used of B alternate, capitals first, but
 * for two stretches that begin at odd numbers. */
static enum kind
extended(uint32_t r)
{
	bool odd_first = (r >= 0x139 && r <= 0x148) ||
	    (r >= 0x179 && r <= 0x17e);

	if (r == 0x138 || r == 0x149 || r == 0x17f || r == 0x192)
		return SMALL;
	if (r == 0x178)
		return CAPITAL;
	if (r == 0x1af || r == 0x1b0)
		return r == 0x1af ? CAPITAL : SMALL;
	return (r & 1) == (odd_first ? 1u : 0u) ? CAPITAL : SMALL;
}

static enum kind
kind_of_latin1(uint32_t r)
{
	if (r < 0xa0)
		return BAD;
	if (r == 0xa0)
		return BLANK;
	if (r >= 0xdf)
		return r == 0xf7 ? SYMBOL : SMALL;
	if (r >= 0xc0)
		return r == 0xd7 ? SYMBOL : CAPITAL;
	if (r == 0xaa || r == 0xba || r == 0xb5)
		return SMALL;
	if (r == 0xab || r == 0xbb)
		return QUOTE;
	if (r == 0xa1 || r == 0xbf || r == 0xb7 || r == 0xad)
		return PUNCTUATION;
	return SYMBOL;
}

static enum kind
kind_of_ascii(uint32_t r)
{
	if (r >= 'a' && r <= 'z')
		return SMALL;
	if (r >= 'A' && r <= 'Z')
		return CAPITAL;
	if (r >= '0' && r <= '9')
		return DIGIT;
	return r <= ' ' ? BLANK : r == '"' || r == '\'' ? QUOTE : PUNCTUATION;
}

static enum kind
kind_of(uint32_t r)
{
	if (r < 0x80)
		return kind_of_ascii(r);
	if (r < 0x100)
		return kind_of_latin1(r);
	if (r < 0x250)
		return extended(r);
	if (r >= 0x300 && r < 0x370)
		return MARK;
	if ((r >= 0x2018 && r <= 0x201f) || r == 0x2039 || r == 0x203a)
		return QUOTE;
	if ((r >= 0x2010 && r <= 0x2015) || r == 0x2026 || r == 0x2022)
		return PUNCTUATION;
	return r == 0xfffd ? BAD : SYMBOL;
}

static bool
is_letter(enum kind k)
{
	return k == SMALL || k == CAPITAL;
}

/* Points of the character between `before` and `after`. */
static int
judge(uint32_t r, enum kind k, enum kind before, enum kind after)
{
	bool inside = is_letter(before) && is_letter(after);

	switch (k) {
	case SMALL:
		return before == DIGIT ? NEUTRAL : FINE;
	case CAPITAL:
		return before == SMALL ? WRONG : FINE;
	case MARK:
		return is_letter(before) ? FINE : WRONG;
	case QUOTE:
	case PUNCTUATION:
		if (r == 0x2019 || r == 0xad || r == 0xb7 || r == 0x2010)
			return NEUTRAL;
		/* They open: "tr‚s" is no quotation. */
		if (r == 0x201a || r == 0x201e)
			return is_letter(before) ? WRONG : FINE;
		return inside ? WRONG : FINE;
	case SYMBOL:
		return inside				    ? WRONG
		    : is_letter(before) || is_letter(after) ? ODD
							    : NEUTRAL;
	case BAD:
		return WRONG;
	case BLANK:
	case DIGIT:
	default:
		return NEUTRAL;
	}
}

/* The character at p[at], and how many bytes it has. */
static uint32_t
decode(const char *p, size_t n, size_t at, size_t *len)
{
	*len = at < n ? doc_utf8_step(p + at, n - at) : 0;
	if (*len > 0)
		return doc_utf8_rune(p + at, *len);
	*len = 1;
	return at < n ? 0xfffd : ' ';
}

int
doc_letters_score(const char *p, size_t n)
{
	enum kind before = BLANK, k, after;
	size_t len, next;
	uint32_t r = decode(p, n, 0, &len);
	int score = 0;

	k = kind_of(r);
	for (size_t at = 0; at < n; at += len, len = next) {
		uint32_t ahead = decode(p, n, at + len, &next);

		after = kind_of(ahead);
		if (r >= 0x80)
			score += judge(r, k, before, after);
		/* A mark belongs to its letter. */
		if (k != MARK)
			before = k;
		k = after;
		r = ahead;
	}
	return score;
}
