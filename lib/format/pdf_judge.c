/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_judge - does a page need OCR, and why? */
#include "lib/format/pdf_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"

/* Fewer word characters than this are a page number, not a text. */
#define FEW_CHARS 8
/* A page with fewer, under a picture of most of the page, is a scan with a
 * stamp or a header; OCRed scans carry more in their hidden layer. */
#define SPARSE_CHARS 250
#define COVER_MUCH   60 /* percent */
#define COVER_SOME   5
/* Letter statistics of less are chance. */
#define STAT_CHARS	  20
#define STAT_LATIN	  200
#define SAME_LEAST	  0.055
#define CORRELATION_LEAST 0.4
/* The supervisor keeps no more entries of ocr_pages. */
#define RUNS_MAX 256

/* What a reader never sees as a character. */
static bool
is_bad(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd ||
	    (c >= 0xe000 && c < 0xf900) || c >= 0xf0000;
}

/* Letters and digits, nearly: what is left when spaces, punctuation and
 * symbols are taken away. */
static bool
is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z');
	if (c < 0x2000)
		return c >= 0xc0 || c == 0xaa || c == 0xb5 || c == 0xba;
	return !(c < 0x2c00 || (c >= 0x3000 && c < 0x3005) ||
	    (c >= 0x3008 && c < 0x3021) || (c >= 0xfe10 && c < 0xfe70) ||
	    is_bad(c));
}

static void
count_latin(char c, struct doc_pdf_stats *stats)
{
	char lower = (char)(c | 0x20);

	if (lower < 'a' || lower > 'z')
		return;
	stats->latin++;
	stats->letter[lower - 'a']++;
}

void
doc_pdf_count(const char *s, size_t n, struct doc_pdf_stats *stats)
{
	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(s + i, n - i);
		uint32_t c = step ? doc_utf8_rune(s + i, step) : 0xfffd;

		if (step == 1)
			count_latin(s[i], stats);
		i += step ? step : 1;
		if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 ||
		    c == 0x3000)
			continue;
		stats->chars++;
		stats->bad += is_bad(c);
		stats->word += is_word(c);
	}
}

/*
 * Is it some other alphabet's letters written with A-Z?  Languages use some
 * letters often and others hardly: the chance that two letters are the same is
 * 0.065 to 0.08 in text, and 0.038 where all are alike, as in base64 and part
 * numbers.  Which letters these are is nearly the same in the languages of
 * Europe: their frequencies correlate with the profile (the mean of English,
 * German, French, Spanish and Italian, per mille) by 0.7 to 0.97, a shifted or
 * shuffled alphabet by -0.4 to 0.3.
 */
static bool
is_substituted(const struct doc_pdf_stats *st)
{
	static const unsigned char profile[26] = { 88, 13, 33, 41, 144, 12, 17,
		27, 76, 4, 5, 46, 27, 72, 64, 25, 7, 66, 69, 70, 37, 13, 10, 3,
		9, 7 };
	double n = st->latin, same = 0, mean = 1000.0 / 26;
	double together = 0, ours = 0, theirs = 0;

	for (size_t i = 0; i < DOC_LEN(profile); i++) {
		double c = st->letter[i];
		double a = c * 1000 / n - mean, b = profile[i] - mean;

		same += c * (c - 1) / (n * (n - 1));
		together += a * b;
		ours += a * a;
		theirs += b * b;
	}
	return same > SAME_LEAST &&
	    together < CORRELATION_LEAST * sqrt(ours * theirs);
}

/*
 * Fonts without a mapping to Unicode give private or control characters, or
 * other letters.  Bullets from symbol fonts are private too, hence the fifth.
 */
bool
doc_pdf_garbled(const struct doc_pdf_stats *st)
{
	if (st->chars >= STAT_CHARS && st->bad >= st->chars / 5)
		return true;
	if (st->latin < STAT_LATIN || st->latin < st->word / 2)
		return false;
	return is_substituted(st);
}

enum doc_reason
doc_pdf_judge(struct _PopplerPage *page, const struct doc_pdf_stats *st,
    bool redo)
{
	unsigned cover;

	if (doc_pdf_garbled(st))
		return DOC_R_GARBLED;
	if (st->word >= SPARSE_CHARS && !redo)
		return DOC_R_HAS_TEXT;
	cover = doc_pdf_page_cover(page);
	if (st->word < FEW_CHARS && cover >= COVER_SOME)
		return DOC_R_NO_TEXT;
	if (cover >= COVER_MUCH)
		return DOC_R_IMAGE_DOMINANT;
	if (st->chars == 0 && doc_pdf_page_inked(page))
		return DOC_R_NO_TEXT;
	return DOC_R_HAS_TEXT;
}

void
doc_pdf_runs_end(struct doc_pdf_runs *runs)
{
	const char *name = doc_reason_name(runs->reason);
	char entry[64];

	if (runs->reason == DOC_R_NONE || runs->reason == DOC_R_HAS_TEXT)
		return;
	if (runs->first == runs->last)
		snprintf(entry, sizeof(entry), "%s:%u", name, runs->first);
	else
		snprintf(entry, sizeof(entry), "%s:%u-%u", name, runs->first,
		    runs->last);
	doc_work_str(runs->work, DOC_F_OCR_PAGES, entry);
	runs->said++;
	runs->reason = DOC_R_NONE;
}

void
doc_pdf_runs_add(struct doc_pdf_runs *runs, unsigned page,
    enum doc_reason reason)
{
	bool open = runs->reason != DOC_R_NONE;

	/* The last entry there is room for takes all pages that follow: OCR
	 * too much rather than lose one. */
	if (open && runs->said + 1 >= RUNS_MAX) {
		if (reason != DOC_R_HAS_TEXT)
			runs->last = page;
		return;
	}
	if (open && runs->reason == reason) {
		runs->last = page;
		return;
	}
	doc_pdf_runs_end(runs);
	if (reason == DOC_R_HAS_TEXT)
		return;
	runs->reason = reason;
	runs->first = runs->last = page;
}
