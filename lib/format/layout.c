/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/layout.h"

/* A sheet has 16,384 columns; a lone cell far right needs no such distance. */
enum { MAX_TABS = 256 };

static void
raw(struct doc_layout *f, const char *s, size_t n)
{
	f->in_line = s[n - 1] != '\n';
	if (f->side == NULL)
		doc_text_put(f->text, s, n);
	else if (doc_buf_add(f->side, s, n) < 0)
		doc_work_reason(f->text->work, DOC_R_MEMORY);
}

static bool
in_row(const struct doc_layout *f)
{
	return f->depth > 0 && f->one_line;
}

/* Write what is owed before the next text. */
static void
settle(struct doc_layout *f)
{
	if (f->line && f->in_line)
		raw(f, "\n", 1);
	for (; f->tabs > 0; f->tabs--)
		raw(f, "\t", 1);
	if (f->space && f->in_line && !f->line && !f->fresh)
		raw(f, " ", 1);
	f->line = f->space = f->fresh = f->row_fresh = false;
}

void
doc_layout_line(struct doc_layout *f)
{
	if (f->fresh)
		return;
	if (in_row(f))
		f->space = true;
	else
		f->line = true;
}

void
doc_layout_row(struct doc_layout *f)
{
	doc_layout_line(f);
	f->depth++;
	if (f->depth > 1 && f->one_line)
		return;
	f->line = f->row_fresh = true;
	f->fresh = false;
	f->cells = f->tabs = 0;
}

void
doc_layout_row_end(struct doc_layout *f)
{
	if (f->depth == 0)
		return;
	f->depth--;
	if (in_row(f)) {
		f->space = true;
		return;
	}
	f->fresh = false;
	f->line = true;
	f->tabs = 0;
}

void
doc_layout_cell(struct doc_layout *f)
{
	if (f->depth > 1 && f->one_line) {
		f->space = true;
		return;
	}
	if (f->cells > 0) {
		f->tabs = DOC_MIN(f->tabs + 1, (unsigned)MAX_TABS);
		f->line = f->row_fresh;
	}
	f->cells++;
	f->space = false;
	f->fresh = true;
}

void
doc_layout_skip(struct doc_layout *f, unsigned n)
{
	n = DOC_MIN(n, (unsigned)MAX_TABS);
	while (n-- > 0)
		doc_layout_cell(f);
}

void
doc_layout_put(struct doc_layout *f, const char *s, size_t n)
{
	if (n == 0)
		return;
	settle(f);
	raw(f, s, n);
}

void
doc_layout_puts(struct doc_layout *f, const char *s)
{
	doc_layout_put(f, s, strlen(s));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

void
doc_layout_wrap(struct doc_layout *f, const char *s, size_t n)
{
	size_t i = 0, from;

	while (i < n) {
		from = i;
		while (i < n && is_blank(s[i]))
			i++;
		if (i > from)
			f->space = true;
		from = i;
		while (i < n && !is_blank(s[i]))
			i++;
		doc_layout_put(f, s + from, i - from);
	}
}

void
doc_layout_space(struct doc_layout *f)
{
	f->space = true;
}

void
doc_layout_flush(struct doc_layout *f)
{
	if (f->in_line)
		raw(f, "\n", 1);
	f->in_line = f->line = f->space = f->fresh = f->row_fresh = false;
	f->tabs = f->cells = f->depth = 0;
}

void
doc_layout_divert(struct doc_layout *f, struct doc_buf *side,
    struct doc_layout *was)
{
	*was = *f;
	*f = (struct doc_layout){ .text = f->text,
		.side = side,
		.one_line = f->one_line };
	side->max = DOC_LAYOUT_SIDE_MAX;
}

void
doc_layout_restore(struct doc_layout *f, const struct doc_layout *was)
{
	if (f->in_line)
		raw(f, "\n", 1);
	*f = *was;
}

void
doc_layout_merge(struct doc_layout *f, struct doc_buf *side)
{
	const char *p = side->len > 0 ? side->data : "", *end = p + side->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		nl = nl ? nl : end;
		doc_layout_line(f);
		doc_layout_put(f, p, (size_t)(nl - p));
		p = nl + 1;
	}
	doc_layout_line(f);
	side->len = 0;
}
