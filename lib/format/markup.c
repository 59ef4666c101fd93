/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/draw_number.h"
#include "lib/format/markup.h"
#include "lib/format/markup_words.h"
#include "lib/format/symbol.h"
#include "lib/format/word_field.h"
#include "lib/format/xlsx_format.h"
#include "lib/format/xml.h"

/* Nested mc:AlternateContent; deeper ones show all they have. */
enum { MAX_ALTERNATES = 32 };

/* Nested text boxes; deeper ones are put where they are anchored. */
enum { MAX_BOXES = 4 };

struct markup {
	struct doc_layout *flow;
	unsigned flags;
	unsigned skip; /* open elements inside the one that is skipped */
	bool in_text, in_value, placeholder;
	struct doc_numbers *numbers;   /* or NULL */
	int list_number, list_level;   /* of the paragraph; -1: not given */
	struct doc_buf style;	       /* of the paragraph */
	struct doc_draw_numbers drawn; /* of this body of text on a slide */
	unsigned drawn_level;	       /* of the paragraph */
	struct doc_buf label;	       /* to put before its text */
	struct doc_buf instruction;    /* of the field being read */
	struct doc_buf outside;	       /* what fields load, lines */
	struct doc_buf reading;	       /* of the characters being read */
	bool in_instruction, in_reading, auto_numbered;
	bool drop_cap; /* this paragraph is the first letter of the next */
	unsigned alternates;
	bool chosen[MAX_ALTERNATES];
	unsigned boxes, paragraphs;
	struct doc_layout outer[MAX_BOXES];
	unsigned outer_paragraphs[MAX_BOXES];
	struct doc_buf box[MAX_BOXES + 1]; /* text waiting for its paragraph */
};

static void
put_symbol(struct markup *m, const struct doc_xml_node *node)
{
	const char *font = doc_xml_attr(node, "font");
	const char *hex = doc_xml_attr(node, "char");
	doc_autobuf struct doc_buf utf8 = { 0 };

	if (font == NULL || hex == NULL)
		return;
	doc_symbol(font, strtoul(hex, NULL, 16), &utf8);
	doc_layout_put(m->flow, utf8.data, utf8.len);
}

/* A text box is anchored in the middle of a paragraph: it is put after it. */
static void
box_start(struct markup *m)
{
	if (m->boxes < MAX_BOXES) {
		doc_layout_divert(m->flow, &m->box[m->boxes],
		    &m->outer[m->boxes]);
		m->outer_paragraphs[m->boxes] = m->paragraphs;
		m->paragraphs = 0;
	}
	m->boxes++;
}

static void
box_end(struct markup *m)
{
	if (m->boxes == 0 || --m->boxes >= MAX_BOXES)
		return;
	doc_layout_restore(m->flow, &m->outer[m->boxes]);
	m->paragraphs = m->outer_paragraphs[m->boxes];
}

static void
line_end(struct markup *m)
{
	struct doc_buf *box = &m->box[DOC_MIN(m->boxes, (unsigned)MAX_BOXES)];

	m->paragraphs -= m->paragraphs > 0;
	if (!m->auto_numbered)
		doc_draw_number(&m->drawn, m->drawn_level, NULL, 0, &m->label);
	if (m->drop_cap)
		return;
	doc_layout_line(m->flow);
	if (m->paragraphs == 0 && box->len > 0)
		doc_layout_merge(m->flow, box);
}

/* Of the alternatives the first is for those who understand everything. */
static void
choose(struct markup *m)
{
	unsigned at = m->alternates - 1;

	if (m->alternates == 0 || m->alternates > MAX_ALTERNATES)
		return;
	if (m->chosen[at])
		m->skip = 1;
	m->chosen[at] = true;
}

static void
paragraph_start(struct markup *m)
{
	m->paragraphs++;
	if (!m->drop_cap)
		doc_layout_line(m->flow);
	m->drop_cap = false;
	m->style.len = m->label.len = 0;
	m->list_number = m->list_level = -1;
	m->drawn_level = 0;
	m->auto_numbered = false;
}

/* Paragraphs of slides say their level as an attribute. */
static void
start_properties(struct markup *m, const struct doc_xml_node *node)
{
	const char *level = doc_xml_attr(node, "lvl");

	m->drawn_level = level ? (unsigned)strtoul(level, NULL, 10) : 0;
}

static void
auto_number(struct markup *m, const struct doc_xml_node *node)
{
	const char *type = doc_xml_attr(node, "type");
	const char *start = doc_xml_attr(node, "startAt");

	doc_draw_number(&m->drawn, m->drawn_level, type ? type : "",
	    start ? (unsigned)strtoul(start, NULL, 10) : 1, &m->label);
	m->auto_numbered = true;
}

static void
start_slide(struct markup *m, const struct doc_xml_node *node)
{
	const char *show = doc_xml_attr(node, "show");
	char name[32];

	snprintf(name, sizeof(name), "slide %u", m->flow->text->page + 1);
	if (show != NULL && (*show == '0' || *show == 'f'))
		doc_work_str(m->flow->text->work, DOC_F_HIDDEN, name);
}

/* Its properties are complete: count it. */
static void
number_paragraph(struct markup *m)
{
	if (m->numbers == NULL || doc_buf_str(&m->style) == NULL)
		return;
	doc_numbers_next(m->numbers, m->style.data, m->list_number,
	    m->list_level, &m->label);
	if (m->label.len > 0)
		doc_buf_addc(&m->label, ' ');
}

static void
start_layout(struct markup *m, int kind)
{
	switch (kind) {
	case LINE:
		paragraph_start(m);
		break;
	case BREAK:
		doc_layout_line(m->flow);
		break;
	case ROW:
		doc_layout_row(m->flow);
		break;
	case CELL:
		doc_layout_cell(m->flow);
		break;
	case PART:
		doc_layout_space(m->flow);
		break;
	case BOX:
		box_start(m);
		break;
	case TAB:
		doc_layout_put(m->flow, m->flow->depth > 0 ? " " : "\t", 1);
		break;
	case HYPHEN:
		doc_layout_puts(m->flow, "\u2011");
		break;
	case SOFT_HYPHEN:
		doc_layout_puts(m->flow, "\u00ad");
		break;
	default:
		break;
	}
}

static void
put_author(struct markup *m, const struct doc_xml_node *node)
{
	const char *author = doc_xml_attr(node, "author");

	start_layout(m, LINE);
	if (author == NULL || *author == '\0')
		return;
	doc_layout_puts(m->flow, author);
	doc_layout_puts(m->flow, ": ");
	m->flow->fresh = true;
}

/* What a field loads is told with what the whole part does. */
static void
end_instruction(struct markup *m)
{
	doc_autobuf struct doc_buf ruby = { 0 };

	doc_word_field_outside(m->instruction.data, m->instruction.len,
	    &m->outside);
	if (doc_word_field_ruby(m->instruction.data, m->instruction.len, &ruby))
		doc_layout_put(m->flow, ruby.data, ruby.len);
	m->instruction.len = 0;
}

static void
start_field(struct markup *m, const struct doc_xml_node *node)
{
	const char *instruction = doc_xml_attr(node, "instr");

	end_instruction(m);
	if (instruction == NULL)
		return;
	doc_buf_adds(&m->instruction, instruction);
	end_instruction(m);
}

/* How to read characters is said before them, and shown above (17.3.3.25). */
static void
end_ruby(struct markup *m)
{
	if (m->reading.len > 0) {
		doc_layout_puts(m->flow, " (");
		doc_layout_put(m->flow, m->reading.data, m->reading.len);
		doc_layout_puts(m->flow, ")");
	}
	m->reading.len = 0;
}

/* What the properties of a paragraph say. */
static void
start_property(struct markup *m, const struct doc_xml_node *node, int kind)
{
	const char *s = doc_xml_attr(node, "val");

	if (kind == DROP_CAP) {
		s = doc_xml_attr(node, "dropCap");
		m->drop_cap = s != NULL && strcmp(s, "none") != 0;
	} else if (s != NULL && kind == STYLE) {
		doc_buf_adds(&m->style, s);
	} else if (s != NULL && kind == LIST_NUMBER) {
		m->list_number = (int)strtol(s, NULL, 10);
	} else if (s != NULL && kind == LIST_LEVEL) {
		m->list_level = (int)strtol(s, NULL, 10);
	}
}

static void
start_special(struct markup *m, const struct doc_xml_node *node, int kind)
{
	const char *s;

	switch (kind) {
	case FIELD:
		s = doc_xml_attr(node, "type");
		if ((m->flags & DOC_MARKUP_NOTES) && s != NULL &&
		    strcmp(s, "slidenum") == 0)
			m->skip = 1;
		break;
	case FIELD_MARK:
		start_field(m, node);
		break;
	case COMMENT:
		put_author(m, node);
		break;
	case READING:
		m->in_reading = true;
		break;
	case SLIDE:
		start_slide(m, node);
		break;
	case BODY:
		m->drawn = (struct doc_draw_numbers){ 0 };
		break;
	case PROPERTIES:
		start_properties(m, node);
		break;
	case AUTO_NUMBER:
		auto_number(m, node);
		break;
	case DROP_CAP:
	case LIST_LEVEL:
	case LIST_NUMBER:
	case STYLE:
		start_property(m, node, kind);
		break;
	case TEXTPATH:
		s = doc_xml_attr(node, "string");
		doc_layout_line(m->flow);
		doc_layout_puts(m->flow, s ? s : "");
		doc_layout_line(m->flow);
		break;
	case SYMBOL:
		put_symbol(m, node);
		break;
	case VALUE:
		if (strstr(node->ns, "chart") == NULL)
			break;
		doc_layout_cell(m->flow);
		m->in_value = true;
		break;
	default:
		start_layout(m, kind);
		break;
	}
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct markup *m = ctx;
	int kind = doc_markup_kind(node->name);

	if (m->skip > 0) {
		m->skip++;
		return;
	}
	m->in_text = kind == TEXT;
	m->in_instruction = kind == INSTRUCTION;
	m->in_value = false;
	switch (kind) {
	case 0:
	case TEXT:
		break;
	case SKIP:
		m->skip = 1;
		break;
	case ALTERNATE:
		if (m->alternates < MAX_ALTERNATES)
			m->chosen[m->alternates] = false;
		m->alternates++;
		break;
	case CHOICE:
	case FALLBACK:
		choose(m);
		break;
	case SHAPE:
		m->placeholder = false;
		break;
	case PLACEHOLDER:
		m->placeholder = true;
		break;
	default:
		start_special(m, node, kind);
		break;
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct markup *m = ctx;

	m->in_text = m->in_value = m->in_instruction = false;
	if (m->skip > 0) {
		m->skip--;
		return;
	}
	switch (doc_markup_kind(name)) {
	case ALTERNATE:
		m->alternates -= m->alternates > 0;
		break;
	case BOX:
		box_end(m);
		break;
	case COMMENT:
	case LINE:
		line_end(m);
		break;
	case PROPERTIES:
		number_paragraph(m);
		break;
	case READING:
		m->in_reading = false;
		break;
	case RUBY:
		end_ruby(m);
		break;
	case ROW:
		doc_layout_row_end(m->flow);
		break;
	default:
		break;
	}
}

/* A value behind a chart: numbers are written with all bits they have. */
static void
put_value(struct markup *m, const char *s, size_t n)
{
	doc_autobuf struct doc_buf raw = { 0 }, shown = { 0 };

	doc_buf_add(&raw, s, n);
	if (doc_buf_str(&raw) == NULL)
		return;
	doc_xlsx_number(&shown, raw.data);
	doc_layout_put(m->flow, shown.data, shown.len);
}

static void
on_text(void *ctx, const char *s, size_t n)
{
	struct markup *m = ctx;

	if (m->in_value && m->skip == 0)
		put_value(m, s, n);
	if (m->in_instruction && m->skip == 0)
		doc_buf_add(&m->instruction, s, n);
	if (!m->in_text || m->skip > 0 ||
	    (m->placeholder && (m->flags & DOC_MARKUP_STATIC)))
		return;
	if (m->in_reading) {
		doc_buf_add(&m->reading, s, n);
		return;
	}
	doc_layout_put(m->flow, m->label.data, m->label.len);
	m->label.len = 0;
	doc_layout_put(m->flow, s, n);
}

int
doc_markup_put(struct doc_layout *flow, const char *p, size_t n,
    struct doc_numbers *numbers, unsigned flags)
{
	static const struct doc_xml_ops ops = { on_start, on_end, on_text };
	struct markup m = { .flow = flow,
		.numbers = numbers,
		.flags = flags,
		.instruction.max = DOC_LAYOUT_SIDE_MAX,
		.outside.max = DOC_LAYOUT_SIDE_MAX,
		.reading.max = DOC_LAYOUT_SIDE_MAX };
	int rc;

	flow->one_line = true;
	rc = doc_xml_parse(p, n, &ops, &m);
	/* A cut document ends inside its boxes. */
	while (m.boxes > 0)
		box_end(&m);
	doc_layout_merge(flow, &m.box[0]);
	doc_layout_merge(flow, &m.outside);
	flow->depth = 0;
	for (size_t i = 0; i < DOC_LEN(m.box); i++)
		doc_buf_release(&m.box[i]);
	doc_buf_release(&m.style);
	doc_buf_release(&m.label);
	doc_buf_release(&m.instruction);
	doc_buf_release(&m.outside);
	doc_buf_release(&m.reading);
	return rc;
}

void
doc_markup_part(struct doc_opc *opc, const char *part, unsigned flags)
{
	doc_autobuf struct doc_buf xml = { 0 };

	if (doc_opc_read(opc, part, &xml, NULL) < 0) {
		doc_opc_damaged(opc);
		return;
	}
	doc_layout_line(&opc->flow);
	if (doc_markup_put(&opc->flow, xml.data, xml.len, NULL, flags) != 0)
		doc_opc_damaged(opc);
	doc_layout_line(&opc->flow);
}

void
doc_markup_rels(struct doc_opc *opc, const struct doc_rels *rels,
    const char *type, unsigned flags)
{
	const struct doc_rel *rel;
	size_t at = 0;

	while ((rel = doc_rels_next(rels, type, &at)) != NULL)
		doc_markup_part(opc, rel->target, flags);
}
