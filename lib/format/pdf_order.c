/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_order - words of right-to-left lines in the order they are read.
 *
 * poppler's text selection (TextSelectionDumper, 22.12) turns the letters of a
 * Hebrew or Arabic word.  The words of a line it gives from left to right, or
 * on a page that has more of such letters than of others from right to left,
 * whatever they are.
 */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/pdf_impl.h"

/* Lines of more words are left as they are. */
enum { WORDS_MOST = 400 };

enum way { NEUTRAL, RIGHTWARDS, LEFTWARDS };

struct word {
	const char *s;
	size_t len;
	char behind; /* ' ' or '\t' up to the next one; 0 at the end */
	enum way way;
};

/* Hebrew, Arabic and their neighbours and presentation forms. */
static bool
is_leftwards(uint32_t c)
{
	return (c >= 0x590 && c < 0x900) || (c >= 0xfb1d && c < 0xfe00) ||
	    (c >= 0xfe70 && c < 0xff00) || (c >= 0x10800 && c < 0x11000) ||
	    (c >= 0x1e800 && c < 0x1f000);
}

/* Arabic digits run as ours do, and take the way of what is around. */
static bool
is_neutral(uint32_t c)
{
	return (c < 0xc0 &&
		   !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) ||
	    (c >= 0x660 && c <= 0x66c) || (c >= 0x6f0 && c <= 0x6f9) ||
	    (c >= 0x2000 && c < 0x2c00) || c == 0xfffd;
}

/* The way of its first letter that has one. */
static enum way
way_of(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(s + i, n - i);
		uint32_t c = step ? doc_utf8_rune(s + i, step) : 0xfffd;

		if (!is_neutral(c))
			return is_leftwards(c) ? LEFTWARDS : RIGHTWARDS;
		i += step ? step : 1;
	}
	return NEUTRAL;
}

static unsigned
split(const char *s, size_t n, struct word word[static WORDS_MOST])
{
	unsigned count = 0;

	for (size_t i = 0; i < n && count < WORDS_MOST; count++) {
		size_t from = i;

		while (i < n && s[i] != ' ' && s[i] != '\t')
			i++;
		word[count] = (struct word){ s + from, i - from,
			i < n ? s[i] : '\0', way_of(s + from, i - from) };
		i += i < n;
	}
	return count;
}

/* What stands between two words stays between them. */
static void
reverse(struct word *word, unsigned n)
{
	char end;

	for (unsigned i = 0; i < n / 2; i++) {
		struct word w = word[i];

		word[i] = word[n - 1 - i];
		word[n - 1 - i] = w;
	}
	end = word[0].behind;
	for (unsigned i = 0; i + 1 < n; i++)
		word[i].behind = word[i + 1].behind;
	word[n - 1].behind = end;
}

/* Runs of words of one way, with what is neutral between them. */
static void
reverse_runs(struct word *word, unsigned n, enum way way)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned last = i;

		if (word[i].way != way)
			continue;
		for (unsigned k = i + 1; k < n; k++) {
			if (word[k].way != way && word[k].way != NEUTRAL)
				break;
			last = word[k].way == way ? k : last;
		}
		reverse(word + i, last - i + 1);
		i = last;
	}
}

static int
put(const struct word *word, unsigned n, struct doc_buf *buf, size_t from)
{
	doc_autobuf struct doc_buf line = { 0 };
	int rc = 0;

	for (unsigned i = 0; i < n; i++) {
		rc |= doc_buf_add(&line, word[i].s, word[i].len);
		if (i + 1 < n)
			rc |= doc_buf_addc(&line, word[i].behind);
	}
	/* As long as before: only the order is another. */
	if (rc == 0 && line.len == buf->len - from && line.len > 0)
		memcpy(buf->data + from, line.data, line.len);
	return rc;
}

int
doc_pdf_order(struct doc_buf *buf, size_t from, bool leftwards)
{
	struct word word[WORDS_MOST];
	unsigned n, left = 0, right = 0;

	n = split(buf->data + from, buf->len - from, word);
	for (unsigned i = 0; i < n; i++) {
		left += word[i].way == LEFTWARDS;
		right += word[i].way == RIGHTWARDS;
	}
	if (n < 2 || n == WORDS_MOST)
		return 0;
	/* A line is of the way of most of its words; of the other way it has
	 * runs. */
	if (leftwards != (left >= right && left > 0))
		reverse(word, n);
	reverse_runs(word, n, left < right ? LEFTWARDS : RIGHTWARDS);
	return put(word, n, buf, from);
}
