/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/base/utf8.h"
#include "lib/format/layout.h"
#include "lib/format/ppt.h"

/* Records inside each other; groups of shapes nest. */
enum { MAX_DEPTH = 48 };

/* Saves of one file; objects of all of them. */
enum { MAX_EDITS = 4096, MAX_OBJECTS = 1 << 20 };

/* Masters whose own text is shown; few have any. */
enum { MAX_MASTERS = 256 };

/* Types of records ([MS-PPT] 2.13.24). */
enum {
	RT_DOCUMENT = 1000,
	RT_SLIDE = 1006,
	RT_SLIDE_ATOM = 1007,
	RT_NOTES = 1008,
	RT_SLIDE_PERSIST = 1011,
	RT_MASTER = 1016,
	RT_SHOW_INFO = 1017,
	RT_TEXT_CHARS = 4000,
	RT_TEXT_BYTES = 4008,
	RT_CSTRING = 4026,
	RT_HEADERS_FOOTERS = 4057,
	RT_SLIDE_LIST = 4080,
	RT_PLACEHOLDER = 3011,
	RT_USER_EDIT = 4085,
	RT_BLOB = 5003,
	RT_DIRECTORY = 6002,
	RT_COMMENT = 12000,
	RT_SHAPE = 0xf004,
	RT_SHAPE_DATA = 0xf011
};

/* Instances of RT_SLIDE_LIST. */
enum { LIST_SLIDES, LIST_MASTERS, LIST_NOTES };

struct record {
	unsigned version, instance, type;
	const char *p;
	size_t n;
};

struct ppt {
	struct doc_layout flow;
	struct doc_buf stream;
	struct doc_buf objects;	      /* uint32_t each: place + 1 by number */
	uint32_t document;	      /* number of the document's object */
	struct record notes, masters; /* lists */
	uint32_t drawn[MAX_MASTERS];  /* identifiers of masters put already */
	unsigned drawn_count;
	bool in_master;
	unsigned slide, slides;
	unsigned inside; /* of headers and footers, or a comment */
};

/* The record at *at of p[0..n), cut where the data are; false at the end. */
static bool
next(const char *p, size_t n, size_t *at, struct record *r)
{
	unsigned head;

	if (n < 8 || *at > n - 8)
		return false;
	head = doc_le16(p + *at);
	r->version = head & 15;
	r->instance = head >> 4;
	r->type = doc_le16(p + *at + 2);
	r->n = doc_le32(p + *at + 4);
	r->p = p + *at + 8;
	r->n = DOC_MIN(r->n, n - *at - 8);
	*at += 8 + r->n;
	return true;
}

static bool
find(const struct record *in, unsigned type, struct record *r)
{
	size_t at = 0;

	while (next(in->p, in->n, &at, r))
		if (r->type == type)
			return true;
	return false;
}

/* --- text ------------------------------------------------------------------*/

/* Paragraphs end in CR, lines in VT (2.9.41); '*' stands for a number or date.
 */
static void
put_chars(struct ppt *ppt, const char *p, size_t units, unsigned width)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	size_t from = 0;

	if (doc_utf8_put_utf16(&utf8, p, units, width) < 0)
		return;
	for (size_t i = 0; i <= utf8.len; i++) {
		if (i < utf8.len && (unsigned char)utf8.data[i] >= ' ')
			continue;
		if (i > from)
			doc_layout_put(&ppt->flow, utf8.data + from, i - from);
		if (i < utf8.len && utf8.data[i] == '\t')
			doc_layout_puts(&ppt->flow, "\t");
		else
			doc_layout_line(&ppt->flow);
		from = i + 1;
	}
}

/* Strings have many uses; these two are for readers.  Of a comment: author,
 * text; of a header: date, header, footer. */
static void
put_string(struct ppt *ppt, const struct record *r)
{
	bool wanted = ppt->inside == RT_HEADERS_FOOTERS
	    ? r->instance <= 2
	    : ppt->inside == RT_COMMENT && r->instance <= 1;

	if (wanted)
		put_chars(ppt, r->p, r->n / 2, 2);
}

static void
say_hidden(struct ppt *ppt, const struct record *r)
{
	char name[32];

	if (r->n < 12 || (doc_le16(r->p + 10) & 4) == 0)
		return;
	snprintf(name, sizeof(name), "slide %u", ppt->slide);
	doc_work_str(ppt->flow.text->work, DOC_F_HIDDEN, name);
}

/* Of a master these are only examples of what slides put there. */
static bool
is_placeholder(const struct record *shape)
{
	struct record data, r;

	return find(shape, RT_SHAPE_DATA, &data) &&
	    find(&data, RT_PLACEHOLDER, &r);
}

static void
put_records(struct ppt *ppt, const char *p, size_t n, unsigned depth)
{
	struct record r;
	size_t at = 0;

	while (depth < MAX_DEPTH && next(p, n, &at, &r)) {
		unsigned inside = ppt->inside;

		if (r.type == RT_TEXT_CHARS)
			put_chars(ppt, r.p, r.n / 2, 2);
		else if (r.type == RT_TEXT_BYTES)
			put_chars(ppt, r.p, r.n, 1);
		else if (r.type == RT_CSTRING)
			put_string(ppt, &r);
		else if (r.type == RT_SHOW_INFO)
			say_hidden(ppt, &r);
		if (r.version != 15 && r.type != RT_BLOB)
			continue;
		if (ppt->in_master && r.type == RT_SHAPE && is_placeholder(&r))
			continue;
		if (r.type == RT_HEADERS_FOOTERS || r.type == RT_COMMENT)
			ppt->inside = r.type;
		put_records(ppt, r.p, r.n, depth + 1);
		ppt->inside = inside;
	}
}

/* --- objects ---------------------------------------------------------------*/

/* The record of object `number`, if it has that type. */
static bool
object(const struct ppt *ppt, uint32_t number, unsigned type, struct record *r)
{
	uint32_t place;
	size_t at;

	if (number >= ppt->objects.len / sizeof(place))
		return false;
	memcpy(&place, ppt->objects.data + number * sizeof(place),
	    sizeof(place));
	at = place - 1;
	return place != 0 && next(ppt->stream.data, ppt->stream.len, &at, r) &&
	    r->type == type;
}

static void
set_object(struct ppt *ppt, uint32_t number, uint32_t place)
{
	static const uint32_t none;
	uint32_t old;

	if (number >= MAX_OBJECTS)
		return;
	while (ppt->objects.len / sizeof(none) <= number)
		if (doc_buf_add(&ppt->objects, &none, sizeof(none)) < 0)
			return;
	/* Newer saves come first; the first object is at 0. */
	place++;
	memcpy(&old, ppt->objects.data + number * sizeof(old), sizeof(old));
	if (old == 0)
		memcpy(ppt->objects.data + number * sizeof(place), &place,
		    sizeof(place));
}

/* Runs of objects (2.3.5): 20 bits first number, 12 bits how many. */
static void
read_directory(struct ppt *ppt, const struct record *r)
{
	size_t at = 0;

	while (at + 4 <= r->n) {
		uint32_t head = doc_le32(r->p + at);
		uint32_t count = head >> 20;

		at += 4;
		for (uint32_t i = 0; i < count && at + 4 <= r->n; i++) {
			set_object(ppt, (head & 0xfffff) + i,
			    doc_le32(r->p + at));
			at += 4;
		}
	}
}

/* The saves, newest first (2.1.2). */
static int
read_edits(struct ppt *ppt, uint32_t offset)
{
	struct record edit, directory;

	for (unsigned i = 0; i < MAX_EDITS; i++) {
		size_t at = offset;

		if (!next(ppt->stream.data, ppt->stream.len, &at, &edit) ||
		    edit.type != RT_USER_EDIT || edit.n < 20)
			return i > 0 ? 0 : -1;
		if (i == 0)
			ppt->document = doc_le32(edit.p + 16);
		at = doc_le32(edit.p + 12);
		if (next(ppt->stream.data, ppt->stream.len, &at, &directory) &&
		    directory.type == RT_DIRECTORY)
			read_directory(ppt, &directory);
		offset = doc_le32(edit.p + 8);
		if (offset == 0)
			return 0;
	}
	return 0;
}

/* --- slides ----------------------------------------------------------------*/

/* Its text in the outline: what follows up to the next slide. */
static void
put_outline(struct ppt *ppt, const char *p, size_t n, size_t at)
{
	struct record r;
	size_t from = at, end = at;

	while (next(p, n, &at, &r) && r.type != RT_SLIDE_PERSIST)
		end = at;
	put_records(ppt, p + from, end - from, 0);
}

/* The place after the entry for `id` in a list of slides, or 0; *entry. */
static size_t
find_entry(const struct record *list, uint32_t id, struct record *entry)
{
	size_t at = 0;

	while (id != 0 && next(list->p, list->n, &at, entry))
		if (entry->type == RT_SLIDE_PERSIST && entry->n >= 16 &&
		    doc_le32(entry->p + 12) == id)
			return at;
	return 0;
}

static void
put_notes(struct ppt *ppt, uint32_t id)
{
	struct record entry, notes;
	size_t at = find_entry(&ppt->notes, id, &entry);

	if (at == 0)
		return;
	put_outline(ppt, ppt->notes.p, ppt->notes.n, at);
	if (object(ppt, doc_le32(entry.p), RT_NOTES, &notes))
		put_records(ppt, notes.p, notes.n, 0);
}

/* What a master shows on each of its slides: put with the first. */
static void
put_master(struct ppt *ppt, uint32_t id)
{
	struct record entry, master;

	for (unsigned i = 0; i < ppt->drawn_count; i++)
		if (ppt->drawn[i] == id)
			return;
	if (ppt->drawn_count == MAX_MASTERS ||
	    find_entry(&ppt->masters, id, &entry) == 0)
		return;
	ppt->drawn[ppt->drawn_count++] = id;
	ppt->in_master = true;
	if (object(ppt, doc_le32(entry.p), RT_MASTER, &master) ||
	    object(ppt, doc_le32(entry.p), RT_SLIDE, &master))
		put_records(ppt, master.p, master.n, 0);
	ppt->in_master = false;
}

/* Its own text, then what stands around it. */
static void
put_slide(struct ppt *ppt, const struct record *slide)
{
	struct record r;

	put_records(ppt, slide->p, slide->n, 0);
	if (!find(slide, RT_SLIDE_ATOM, &r) || r.n < 20)
		return;
	put_master(ppt, doc_le32(r.p + 12));
	put_notes(ppt, doc_le32(r.p + 16));
}

static unsigned
count_slides(const struct record *list)
{
	struct record r;
	size_t at = 0;
	unsigned n = 0;

	while (next(list->p, list->n, &at, &r))
		n += r.type == RT_SLIDE_PERSIST;
	return n;
}

static int
put_slides(struct ppt *ppt, const struct record *list)
{
	struct record r, slide;
	size_t at = 0;

	ppt->slides = count_slides(list);
	while (next(list->p, list->n, &at, &r)) {
		if (r.type != RT_SLIDE_PERSIST || r.n < 4)
			continue;
		ppt->slide++;
		put_outline(ppt, list->p, list->n, at);
		if (object(ppt, doc_le32(r.p), RT_SLIDE, &slide))
			put_slide(ppt, &slide);
		doc_layout_flush(&ppt->flow);
		if (doc_text_page(ppt->flow.text, ppt->slides) < 0)
			break;
	}
	return ppt->slide > 0 ? 0 : -1;
}

/* By the lists of the document. */
static int
put_document(struct ppt *ppt)
{
	struct record document, r, slides = { 0 };
	size_t at = 0;

	if (!object(ppt, ppt->document, RT_DOCUMENT, &document))
		return -1;
	while (next(document.p, document.n, &at, &r)) {
		if (r.type != RT_SLIDE_LIST)
			continue;
		if (r.instance == LIST_SLIDES)
			slides = r;
		if (r.instance == LIST_NOTES)
			ppt->notes = r;
		if (r.instance == LIST_MASTERS)
			ppt->masters = r;
	}
	if (put_slides(ppt, &slides) < 0)
		return -1;
	at = 0;
	while (next(document.p, document.n, &at, &r))
		if (r.type == RT_HEADERS_FOOTERS) {
			ppt->inside = RT_HEADERS_FOOTERS;
			put_records(ppt, r.p, r.n, 0);
		}
	doc_layout_flush(&ppt->flow);
	return 0;
}

/* Nothing leads to the slides: all text that is there, but that of masters. */
static void
put_everything(struct ppt *ppt)
{
	struct record r;
	size_t at = 0;

	while (next(ppt->stream.data, ppt->stream.len, &at, &r))
		if (r.type != RT_MASTER && r.version == 15)
			put_records(ppt, r.p, r.n, 0);
	doc_layout_flush(&ppt->flow);
}

static int
read_all(struct ppt *ppt, struct doc_ole *ole, struct doc_error *err)
{
	doc_autobuf struct doc_buf user = { 0 };
	uint32_t token, offset;

	if (doc_ole_read(ole, "PowerPoint Document", &ppt->stream) == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "no slides stream");
	doc_ole_read(ole, "Current User", &user);
	token = user.len >= 20 ? doc_le32(user.data + 12) : 0;
	offset = user.len >= 20 ? doc_le32(user.data + 16) : 0;
	if (token == 0xf3d1c4df)
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the presentation is encrypted");
	if (token == 0 || read_edits(ppt, offset) < 0 ||
	    put_document(ppt) < 0) {
		doc_work_reason(ppt->flow.text->work, DOC_R_REPAIRED);
		put_everything(ppt);
	}
	return 0;
}

int
doc_ppt_text(struct doc_ole *ole, struct doc_text *text, struct doc_error *err)
{
	struct ppt ppt = { .flow = { .text = text, .one_line = true } };
	int rc = read_all(&ppt, ole, err);

	doc_buf_release(&ppt.stream);
	doc_buf_release(&ppt.objects);
	return rc;
}
