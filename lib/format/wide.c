/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/wide.h"

/* Units looked at, and the fewest that tell anything. */
enum { MAX_UNITS = 4096, MIN_UNITS = 4 };

/* Of a hundred units, as many are letters of one script, blanks or full stops.
 * Random bytes reach 4; Chinese, whose letters fill 82 rows of 256, has some
 * 10 marks in a hundred. */
enum { MIN_USUAL_PERCENT = 7 };

static unsigned
unit(const char *p, size_t i, bool big)
{
	unsigned a = (unsigned char)p[2 * i], b = (unsigned char)p[2 * i + 1];

	return big ? a << 8 | b : b << 8 | a;
}

/* Places where texts have no characters: controls, C1, private use (but for
 * the logo or bullet now and then, which this would not be the first to miss),
 * noncharacters, rows that no script in use has. */
static bool
is_odd(unsigned u)
{
	return (u < 0x20 && u != '\t' && u != '\n' && u != '\r' && u != '\f') ||
	    (u >= 0x7f && u < 0xa0) || (u >= 0xe000 && u < 0xf900) ||
	    (u >= 0xfdd0 && u < 0xfdf0) || u >= 0xfffe ||
	    (u >= 0x0860 && u < 0x08a0) || (u >= 0x2fe0 && u < 0x2ff0) ||
	    (u >= 0xd7fc && u < 0xd800);
}

/* Blanks, line ends, and the commas and full stops of East Asia. */
static bool
is_mark(unsigned u)
{
	return u == ' ' || u == '\n' || u == '\r' || u == '.' || u == ',' ||
	    (u >= 0x3000 && u <= 0x3002) || u == 0xff0c || u == 0xff0e;
}

/* A letter of an alphabet or syllabary: its row says which. */
static bool
is_alphabetic(unsigned u)
{
	return (u >= 'A' && u < 0x1200) || (u >= 0x1e00 && u < 0x2000) ||
	    (u >= 0x3040 && u < 0x3100);
}

/* Usual units in a hundred; 0 when it cannot be text. */
static unsigned
rate(const char *p, size_t units, bool big)
{
	unsigned usual = 0, previous = 0;

	for (size_t i = 0; i < units; i++) {
		unsigned u = unit(p, i, big);

		if (is_odd(u))
			return 0;
		if ((u & 0xfc00) == 0xd800) {
			if (i + 1 < units &&
			    (unit(p, ++i, big) & 0xfc00) != 0xdc00)
				return 0;
		} else if ((u & 0xfc00) == 0xdc00) {
			return 0;
		}
		if (is_mark(u) || (is_alphabetic(u) && u >> 8 == previous >> 8))
			usual++;
		previous = u;
	}
	return usual * 100 / (unsigned)units;
}

const char *
doc_wide_guess(const char *p, size_t n)
{
	size_t units = DOC_MIN(n / 2, (size_t)MAX_UNITS);
	unsigned little, big;

	if (units < MIN_UNITS)
		return NULL;
	little = rate(p, units, false);
	big = rate(p, units, true);
	if (little > big && little >= MIN_USUAL_PERCENT)
		return "UTF-16LE";
	return big > little && big >= MIN_USUAL_PERCENT ? "UTF-16BE" : NULL;
}
