/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/store/words.h"

static const char separator[] = "\xe2\x80\x8b"; /* U+200B */
enum { SEPARATOR = sizeof(separator) - 1 };

/* Scripts without spaces between words, by block (Unicode 15). */
static bool
stands_alone(uint32_t r)
{
	return (r >= 0x3040 && r <= 0x30ff) || /* kana */
	    (r >= 0x3400 && r <= 0x9fff) ||    /* ideographs */
	    (r >= 0xf900 && r <= 0xfaff) ||    /* compatibility forms */
	    (r >= 0x20000 && r <= 0x3ffff) ||  /* more ideographs */
	    (r >= 0x0e00 && r <= 0x0eff) ||    /* Thai, Lao */
	    (r >= 0x1000 && r <= 0x109f) ||    /* Myanmar */
	    (r >= 0x1780 && r <= 0x17ff);      /* Khmer */
}

int
doc_words_prepare(struct doc_buf *out, const char *p, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(p + i, n - i);

		step = step ? step : 1;
		i += step;
		/* No such script has a shorter form. */
		if (step < 3 ||
		    !stands_alone(doc_utf8_rune(p + i - step, step)))
			continue;
		if (doc_buf_add(out, p + from, i - from) < 0 ||
		    doc_buf_add(out, separator, SEPARATOR) < 0)
			return -1;
		from = i;
	}
	return from < n ? doc_buf_add(out, p + from, n - from) : 0;
}

int
doc_words_show(struct doc_buf *out, const char *p, size_t n)
{
	bool space = true;

	for (size_t i = 0; i < n;) {
		size_t step = doc_utf8_step(p + i, n - i);
		bool blank = strchr(" \t\r\n\f\v", p[i]) != NULL;
		int rc = 0;

		step = step ? step : 1;
		if (step == SEPARATOR && memcmp(p + i, separator, step) == 0)
			blank = false;
		else if (!blank)
			rc = doc_utf8_printable(out, p + i, step);
		else if (!space)
			rc = doc_buf_addc(out, ' ');
		if (rc < 0)
			return -1;
		space = blank;
		i += step;
	}
	if (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	return 0;
}

int
doc_words_quote(struct doc_buf *out, const char *s)
{
	for (;;) {
		size_t n;

		s += strspn(s, " \t\n");
		n = strcspn(s, " \t\n");
		if (n == 0)
			return 0;
		if (doc_buf_adds(out, out->len ? " \"" : "\"") < 0)
			return -1;
		/* A quote in quotes is written twice. */
		for (; n > 0; n--, s++)
			if ((*s == '"' && doc_buf_addc(out, '"') < 0) ||
			    doc_buf_addc(out, *s) < 0)
				return -1;
		if (doc_buf_addc(out, '"') < 0)
			return -1;
	}
}
