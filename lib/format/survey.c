/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/guess.h"
#include "lib/format/survey.h"
#include "lib/format/wide.h"

/* Detection by letter statistics saturates after a few KiB. */
#define SAMPLE_BYTES ((size_t)16 << 10)

/* Random or compressed bytes have 10 % C0 controls; text with the odd escape
 * sequence or overstrike far below 3 %. */
enum { MAX_CONTROL_PERCENT = 3, MAX_NUL_PERCENT = 30, MAX_BAD_PERCENT = 10 };

/* As many good UTF-8 sequences per bad one prove damaged UTF-8. */
enum { GOOD_PER_BAD = 8 };

static bool
is_text_control(unsigned char c)
{
	return (c >= '\b' && c <= '\r') || c == 0x1a || c == 0x1b;
}

static void
count_byte(struct doc_survey *s, unsigned char c, unsigned at)
{
	if (c >= 0x80)
		s->high++;
	else if (c == 0)
		s->nul_at[at % 4]++;
	else if (c == 0x1b)
		s->escape++;
	else if (c == 0x7f || (c < 0x20 && !is_text_control(c)))
		s->control++;
}

/* Sequences cut at the ends of a piece are left out of the count. */
static void
count_utf8(struct doc_survey *s, const char *p, size_t n)
{
	size_t i = 0;

	if (s->bytes > 0)
		while (i < 3 && i < n && (p[i] & 0xc0) == 0x80)
			i++;
	while (i < n) {
		size_t step;

		if ((unsigned char)p[i] < 0x80) {
			i++;
			continue;
		}
		step = doc_utf8_step(p + i, n - i);
		if (step == 0 && n - i < 4 && (p[i] & 0xc0) == 0xc0)
			return;
		if (step > 0)
			s->utf8_good++;
		else
			s->utf8_bad++;
		i += step > 0 ? step : 1;
	}
}

/* The sample begins a little before the first byte that needs a charset. */
static void
take_sample(struct doc_survey *s, const char *p, size_t n)
{
	size_t from = 0;

	if (s->sample.len >= SAMPLE_BYTES && (s->sample_high || s->high == 0))
		return;
	if (!s->sample_high && s->high > 0) {
		while ((unsigned char)p[from] < 0x80)
			from++;
		from -= DOC_MIN(from, (size_t)256);
		from &= ~(size_t)3;
		if (from > 0 || s->sample.len >= SAMPLE_BYTES)
			s->sample.len = 0;
		s->sample_high = true;
	}
	n = DOC_MIN(n - from, SAMPLE_BYTES - s->sample.len);
	doc_buf_add(&s->sample, p + from, n);
}

void
doc_survey_put(struct doc_survey *s, const char *p, size_t n)
{
	size_t skip;

	if (n == 0)
		return;
	if (s->bytes == 0)
		s->bom = doc_charset_bom(p, n, &skip);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] >= 0x7f || (unsigned char)p[i] < 0x20)
			count_byte(s, (unsigned char)p[i], (unsigned)i);
	take_sample(s, p, n);
	if (s->high > 0)
		count_utf8(s, p, n);
	s->bytes += n;
}

static uint64_t
nuls(const struct doc_survey *s)
{
	return s->nul_at[0] + s->nul_at[1] + s->nul_at[2] + s->nul_at[3];
}

/* UTF-16 and UTF-32 of scripts with many characters below U+0100. */
static const char *
wide(const struct doc_survey *s)
{
	uint64_t quads = s->bytes / 4;
	const uint64_t *at = s->nul_at;
	uint64_t even = at[0] + at[2], odd = at[1] + at[3];

	if (nuls(s) * 10 < s->bytes || s->bytes < 2)
		return NULL;
	if (quads > 0 && at[1] >= quads && at[0] >= quads && at[3] == 0)
		return "UTF-32BE";
	if (quads > 0 && at[2] >= quads && at[3] >= quads && at[0] == 0)
		return "UTF-32LE";
	if (even > 20 * odd)
		return "UTF-16BE";
	return odd > 20 * even ? "UTF-16LE" : NULL;
}

static const char *
proven(const struct doc_survey *s)
{
	if (s->bom != NULL)
		return s->bom;
	if (wide(s) != NULL)
		return wide(s);
	if (s->control + nuls(s) > 0 &&
	    doc_wide_guess(s->sample.data, s->sample.len))
		return doc_wide_guess(s->sample.data, s->sample.len);
	if (s->high == 0 && doc_guess_is_hz(s->sample.data, s->sample.len))
		return "HZ";
	if (s->high == 0)
		return s->escape > 0 ? NULL : "US-ASCII";
	if (s->utf8_good > 0 && s->utf8_good >= GOOD_PER_BAD * s->utf8_bad)
		return "UTF-8";
	return doc_wide_guess(s->sample.data, s->sample.len);
}

void
doc_survey_charset(const struct doc_survey *s,
    char name[static DOC_CHARSET_NAME])
{
	const char *sure = proven(s);

	if (sure == NULL && doc_guess(s->sample.data, s->sample.len, name) &&
	    (s->high > 0 || strncmp(name, "ISO-2022", 8) == 0))
		return;
	if (sure == NULL)
		sure = s->high > 0 ? "windows-1252" : "US-ASCII";
	snprintf(name, DOC_CHARSET_NAME, "%s", sure);
}

/* Share of the sample that has no meaning in the charset, in per cent. */
static uint64_t
bad_percent(const struct doc_survey *s, const char *charset)
{
	doc_autobuf struct doc_buf out = { 0 };
	struct doc_charset *cs = doc_charset_open(charset);
	uint64_t bad = 0;

	if (cs == NULL || s->sample.len == 0)
		return 0;
	if (doc_charset_put(cs, s->sample.data, s->sample.len, true, &out) == 0)
		bad = doc_charset_repairs(cs) * 100 / s->sample.len;
	doc_charset_free(cs);
	return bad;
}

bool
doc_survey_binary(const struct doc_survey *s, const char *charset)
{
	bool is_wide = strncmp(charset, "UTF-16", 6) == 0 ||
	    strncmp(charset, "UTF-32", 6) == 0;

	if (s->bytes == 0)
		return false;
	/* Some shift in and out of alphabets by controls. */
	if (is_wide || strncmp(charset, "ISO-2022", 8) == 0)
		return bad_percent(s, charset) > MAX_BAD_PERCENT;
	return s->control * 100 > s->bytes * MAX_CONTROL_PERCENT ||
	    nuls(s) * 100 > s->bytes * MAX_NUL_PERCENT ||
	    bad_percent(s, charset) > MAX_BAD_PERCENT;
}

void
doc_survey_release(struct doc_survey *s)
{
	doc_buf_release(&s->sample);
}

/* Labels of charsets that any bytes fit: people write them without looking. */
static bool
is_weak(const char *label)
{
	return doc_charset_same(label, "windows-1252");
}

void
doc_survey_choose(const char *label, const char *p, size_t n,
    char name[static DOC_CHARSET_NAME])
{
	doc_autosurvey struct doc_survey s = { 0 };
	struct doc_charset *cs = doc_charset_open(label);
	bool utf8, refuted;

	doc_survey_put(&s, p, n);
	utf8 = s.utf8_good > 0 && s.utf8_good >= GOOD_PER_BAD * s.utf8_bad;
	refuted = cs == NULL || s.bom != NULL || wide(&s) != NULL ||
	    (is_weak(label) && utf8) ||
	    (doc_charset_same(label, "UTF-8") && s.utf8_bad > 0 && !utf8);
	if (refuted)
		doc_survey_charset(&s, name);
	else
		snprintf(name, DOC_CHARSET_NAME, "%s", doc_charset_name(cs));
	doc_charset_free(cs);
}
