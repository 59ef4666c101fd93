/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/biff.h"

bool
doc_biff_next(struct doc_biff *b)
{
	if (b->size < 4 || b->at > b->size - 4)
		return false;
	b->id = doc_le16(b->data + b->at);
	b->n = doc_le16(b->data + b->at + 2);
	b->p = b->data + b->at + 4;
	if (b->n > b->size - b->at - 4)
		return false;
	b->at += 4 + b->n;
	return true;
}

void
doc_biff_string(const struct doc_biff *b, size_t at, unsigned wide,
    struct doc_buf *out)
{
	size_t count, width = 1;
	const char *p;

	if (at + wide > b->n)
		return;
	p = b->p + at;
	count = wide == 2 ? doc_le16(p) : (unsigned char)*p;
	at += wide;
	if (b->version >= 8) {
		if (at == b->n)
			return;
		width = b->p[at++] & 1 ? 2 : 1;
	}
	count = DOC_MIN(count, (b->n - at) / width);
	if (b->version >= 8)
		doc_utf8_put_utf16(out, b->p + at, count, (unsigned)width);
	else if (b->charset != NULL)
		doc_charset_put(b->charset, b->p + at, count, true, out);
}

/* There is more in the record, or in the CONTINUE behind it. */
static bool
more(struct doc_biff_run *run, bool *crossed)
{
	struct doc_biff ahead = *run->b;

	*crossed = false;
	while (run->at >= run->b->n) {
		ahead = *run->b;
		if (!doc_biff_next(&ahead) || ahead.id != DOC_BIFF_CONTINUE)
			return false;
		*run->b = ahead;
		run->at = 0;
		*crossed = true;
	}
	return true;
}

bool
doc_biff_take(struct doc_biff_run *run, void *to, size_t n)
{
	char *p = to;
	bool crossed;

	for (; n > 0; n--) {
		if (!more(run, &crossed))
			return false;
		*p++ = run->b->p[run->at++];
	}
	return true;
}

bool
doc_biff_skip(struct doc_biff_run *run, size_t n)
{
	bool crossed;

	while (n > 0) {
		size_t step;

		if (!more(run, &crossed))
			return false;
		step = DOC_MIN(n, run->b->n - run->at);
		run->at += step;
		n -= step;
	}
	return true;
}

bool
doc_biff_chars(struct doc_biff_run *run, size_t units, bool wide,
    struct doc_buf *out)
{
	bool crossed;

	while (units > 0) {
		size_t n;

		if (!more(run, &crossed))
			return false;
		if (crossed)
			wide = run->b->p[run->at++] & 1;
		n = (run->b->n - run->at) / (wide ? 2 : 1);
		n = DOC_MIN(n, units);
		if (n == 0 && run->at < run->b->n)
			return false;
		if (doc_utf8_put_utf16(out, run->b->p + run->at, n,
			wide ? 2 : 1) < 0)
			return false;
		run->at += n * (wide ? 2 : 1);
		units -= n;
	}
	return true;
}
