/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/format/rtf.h"
#include "lib/format/rtf_impl.h"
#include "lib/format/word_field.h"

static void
open_row(struct rtf *r)
{
	if (r->in_row)
		return;
	doc_layout_row(&r->flow);
	doc_layout_cell(&r->flow);
	r->in_row = true;
}

/* --- groups ----------------------------------------------------------------*/

static void
push(struct rtf *r)
{
	rtf_flush(r);
	r->skip = 0;
	if (r->depth + 1 == RTF_GROUPS) {
		r->overflow++;
		return;
	}
	r->group[r->depth + 1] = r->group[r->depth];
	r->depth++;
	rtf_top(r)->aside = rtf_top(r)->star = false;
	rtf_top(r)->fresh = true;
}

static void
end_stamp(struct rtf *r, enum doc_field field)
{
	char text[48];

	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:00Z",
	    r->part[DOC_RTF_YEAR], r->part[DOC_RTF_MONTH], r->part[DOC_RTF_DAY],
	    r->part[DOC_RTF_HOUR], r->part[DOC_RTF_MINUTE]);
	if (r->part[DOC_RTF_YEAR] > 0)
		doc_meta_set(&r->meta, field, text, strlen(text));
	memset(r->part, 0, sizeof(r->part));
}

static void
end_value(struct rtf *r, enum doc_field field)
{
	/* The generator ends in a semicolon. */
	if (r->value.len > 0 && r->value.data[r->value.len - 1] == ';')
		r->value.len--;
	doc_meta_set(&r->meta, field, r->value.data, r->value.len);
	r->value.len = 0;
}

/* The instructions of a field stand before its result. */
static void
end_field(struct rtf *r)
{
	doc_autobuf struct doc_buf ruby = { 0 };

	doc_word_field_outside(r->value.data, r->value.len, &r->outside);
	if (doc_word_field_ruby(r->value.data, r->value.len, &ruby))
		rtf_put(r, ruby.data, ruby.len);
	r->value.len = 0;
}

static void
pop(struct rtf *r)
{
	struct group was = *rtf_top(r);

	rtf_flush(r);
	r->skip = 0;
	if (r->overflow > 0) {
		r->overflow--;
		return;
	}
	if (r->depth == 0)
		return;
	r->depth--;
	if (was.aside) {
		doc_layout_restore(&r->flow, &r->outer);
		r->in_row = r->outer_in_row;
	}
	if (was.dest == VALUE && rtf_top(r)->dest != VALUE)
		end_value(r, was.field);
	if (was.dest == STAMP && rtf_top(r)->dest != STAMP)
		end_stamp(r, was.field);
	if (was.dest == FIELD && rtf_top(r)->dest != FIELD)
		end_field(r);
}

static bool
has_aside(struct rtf *r)
{
	for (unsigned i = 0; i <= r->depth; i++)
		if (r->group[i].aside)
			return true;
	return false;
}

/* A note, comment, box or page header stands in the middle of a paragraph: it
 * is put after it.  In another one, it is part of that. */
static void
start_aside(struct rtf *r)
{
	if (rtf_top(r)->dest != TEXT)
		return;
	if (has_aside(r)) {
		doc_layout_line(&r->flow);
		return;
	}
	rtf_top(r)->aside = true;
	rtf_top(r)->deleted = false;
	r->outer_in_row = r->in_row;
	r->in_row = false;
	doc_layout_divert(&r->flow, &r->notes, &r->outer);
}

static void
end_paragraph(struct rtf *r)
{
	if (!rtf_visible(r))
		return;
	doc_layout_line(&r->flow);
	if (r->notes.len > 0 && !has_aside(r))
		doc_layout_merge(&r->flow, &r->notes);
}

/* --- control words ---------------------------------------------------------*/

static void
on_destination(struct rtf *r, const struct doc_rtf_row *row)
{
	struct group *g = rtf_top(r);

	switch (row->word) {
	case DOC_RTF_FIELD:
		g->dest = g->dest == SKIP ? SKIP : FIELD;
		break;
	case DOC_RTF_SKIP:
		g->dest = SKIP;
		break;
	case DOC_RTF_ASIDE:
		start_aside(r);
		break;
	case DOC_RTF_FONTTBL:
		g->dest = g->dest == SKIP ? SKIP : FONTS;
		break;
	case DOC_RTF_UPR:
		g->outer = g->dest;
		g->dest = UPR;
		break;
	case DOC_RTF_UD:
		g->dest = g->dest == UPR ? g->outer : g->dest;
		break;
	case DOC_RTF_INFO:
	case DOC_RTF_STAMP:
		if (g->dest == SKIP)
			break;
		g->dest = row->word == DOC_RTF_INFO ? VALUE : STAMP;
		g->field = (enum doc_field)row->arg;
		break;
	default:
		break;
	}
}

static void
on_layout(struct rtf *r, const struct doc_rtf_row *row)
{
	if (row->word == DOC_RTF_PAR) {
		end_paragraph(r);
		return;
	}
	if (!rtf_visible(r))
		return;
	switch (row->word) {
	case DOC_RTF_TROWD:
	case DOC_RTF_INTBL:
		open_row(r);
		break;
	case DOC_RTF_CELL:
		open_row(r);
		doc_layout_cell(&r->flow);
		break;
	case DOC_RTF_NESTCELL:
		doc_layout_space(&r->flow);
		break;
	case DOC_RTF_ROW:
		if (r->in_row)
			doc_layout_row_end(&r->flow);
		r->in_row = false;
		end_paragraph(r);
		break;
	case DOC_RTF_LINE:
		doc_layout_line(&r->flow);
		break;
	case DOC_RTF_CHARACTER:
		rtf_put(r, row->text, strlen(row->text));
		break;
	default:
		break;
	}
}

static void
on_document(struct rtf *r, const struct doc_rtf_row *row, long n)
{
	char text[24];

	switch (row->word) {
	case DOC_RTF_ANSICPG:
		rtf_use_codepage(r, (unsigned)n);
		break;
	case DOC_RTF_MAC:
		rtf_use_codepage(r, 10000);
		break;
	case DOC_RTF_PC:
		rtf_use_codepage(r, 437);
		break;
	case DOC_RTF_PCA:
		rtf_use_codepage(r, 850);
		break;
	case DOC_RTF_DEFF:
		r->default_font = (int)n;
		break;
	case DOC_RTF_TIME:
		r->part[row->arg] = (unsigned)(n < 0 || n > 9999 ? 0 : n);
		break;
	case DOC_RTF_COUNT:
		snprintf(text, sizeof(text), "%ld", n);
		doc_meta_set(&r->meta, (enum doc_field)row->arg, text,
		    strlen(text));
		break;
	default:
		break;
	}
}

static void
on_character(struct rtf *r, const struct doc_rtf_row *row, long n, bool given)
{
	struct group *g = rtf_top(r);

	switch (row->word) {
	case DOC_RTF_U:
		rtf_unicode(r, n);
		break;
	case DOC_RTF_UC:
		g->uc = (unsigned)(n < 0 || n > 64 ? 1 : n);
		break;
	case DOC_RTF_DELETED:
		rtf_flush(r);
		g->deleted = !given || n != 0;
		break;
	case DOC_RTF_PLAIN:
		rtf_use_font(r, r->default_font);
		g->deleted = false;
		break;
	case DOC_RTF_BIN:
		n = DOC_MAX(n, 0L);
		r->p += DOC_MIN((ptrdiff_t)n, r->end - r->p);
		break;
	default:
		rtf_on_font(r, row, n);
		break;
	}
}

static void
on_word(struct rtf *r, const char *name, long n, bool given)
{
	const struct doc_rtf_row *row = doc_rtf_find(name);
	struct group *g = rtf_top(r);
	bool starred = g->star && g->fresh;

	g->fresh = false;
	if (r->skip > 0 && (row == NULL || row->word != DOC_RTF_U)) {
		r->skip--;
		return;
	}
	/* Who does not know a destination marked so passes over it. */
	if (starred && (row == NULL || row->word < DOC_RTF_SKIP)) {
		g->dest = SKIP;
		return;
	}
	if (row == NULL)
		return;
	if (row->word != DOC_RTF_U)
		rtf_flush(r);
	if (row->word <= DOC_RTF_DEFF || row->word == DOC_RTF_TIME ||
	    row->word == DOC_RTF_COUNT)
		on_document(r, row, n);
	else if (row->word < DOC_RTF_CELL)
		on_character(r, row, n, given);
	else if (row->word <= DOC_RTF_CHARACTER)
		on_layout(r, row);
	else
		on_destination(r, row);
}

static void
take_word(struct rtf *r)
{
	char name[33];
	size_t len = 0;
	long n = 0;
	bool minus = false, given = false;

	for (;
	     r->p < r->end && ((*r->p | 0x20) >= 'a' && (*r->p | 0x20) <= 'z');
	     r->p++)
		if (len + 1 < sizeof(name))
			name[len++] = *r->p;
	name[len] = '\0';
	if (r->end - r->p >= 2 && *r->p == '-' && r->p[1] >= '0' &&
	    r->p[1] <= '9') {
		minus = true;
		r->p++;
	}
	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
		n = DOC_MIN(n * 10 + (*r->p - '0'), 1000000000L);
		given = true;
	}
	if (r->p < r->end && *r->p == ' ')
		r->p++;
	on_word(r, name, minus ? -n : n, given);
}

static void
take_hex(struct rtf *r)
{
	int hi = r->end - r->p >= 2 ? doc_hex_digit(r->p[0]) : -1;
	int lo = hi >= 0 ? doc_hex_digit(r->p[1]) : -1;

	if (lo < 0)
		return;
	r->p += 2;
	rtf_byte(r, (char)(hi << 4 | lo));
}

/* Behind a backslash. */
static void
take_control(struct rtf *r)
{
	char c = r->p < r->end ? *r->p : '\0';

	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
		take_word(r);
		return;
	}
	r->p += r->p < r->end;
	switch (c) {
	case '\'':
		take_hex(r);
		break;
	case '*':
		rtf_top(r)->star = true;
		break;
	case '\\':
	case '{':
	case '}':
		rtf_byte(r, c);
		break;
	case '\n':
	case '\r':
		on_word(r, "par", 0, false);
		break;
	case '\t':
		on_word(r, "tab", 0, false);
		break;
	case '~':
		rtf_unicode(r, 0xa0);
		r->skip = 0;
		break;
	case '_':
		rtf_unicode(r, 0x2011);
		r->skip = 0;
		break;
	case '-':
		rtf_unicode(r, 0xad);
		r->skip = 0;
		break;
	default:
		break;
	}
}

static void
read_all(struct rtf *r)
{
	while (r->p < r->end && !r->flow.text->full) {
		char c = *r->p++;

		if (c == '{')
			push(r);
		else if (c == '}')
			pop(r);
		else if (c == '\\')
			take_control(r);
		else if (c == '\t')
			rtf_put(r, "\t", 1);
		else if (c != '\n' && c != '\r' && c != '\0')
			rtf_byte(r, c);
	}
	rtf_flush(r);
	while (r->depth > 0) {
		r->overflow = 0;
		pop(r);
	}
	end_paragraph(r);
	doc_layout_merge(&r->flow, &r->outside);
	doc_layout_flush(&r->flow);
}

static int
put(const char *p, size_t n, struct doc_text *text, bool facts,
    struct doc_error *err)
{
	struct rtf *r = calloc(1, sizeof(*r));
	const char *start = memmem(p, DOC_MIN(n, (size_t)4096), "{\\rtf", 5);

	if (r == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for RTF");
	if (start == NULL) {
		free(r);
		return doc_error_set(err, DOC_E_DAMAGED, "it is not RTF");
	}
	r->p = start;
	r->end = p + n;
	r->flow.text = text;
	r->flow.one_line = true;
	r->codepage = r->group[0].codepage = 1252;
	r->group[0].uc = 1;
	read_all(r);
	if (facts)
		doc_meta_say(&r->meta, text->work);
	doc_charset_free(r->cs);
	doc_meta_release(&r->meta);
	doc_buf_release(&r->run);
	doc_buf_release(&r->value);
	doc_buf_release(&r->notes);
	doc_buf_release(&r->outside);
	free(r->font);
	free(r);
	return 0;
}

int
doc_rtf_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	return put(in->data, in->size, text, true, err);
}

int
doc_rtf_part(const char *p, size_t n, struct doc_text *text,
    struct doc_error *err)
{
	return put(p, n, text, false, err);
}
