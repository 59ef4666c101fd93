/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/graft.h"

#include <math.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"

/* Names of ours in a page's resources. */
#define FONT_NAME "DocpipeUnseen"

struct doc_graft {
	qpdf_data main;
	qpdf_data *others; /* whose pages were appended */
	unsigned count;
	qpdf_oh font; /* 0 until the first page needs it */
	bool has_font;
	struct doc_buf rows; /* content streams in the making */
};

int
doc_graft_open(const struct doc_input *in, struct doc_input *document,
    const char **rows, size_t *rows_len, struct doc_error *err)
{
	char tail[DOC_GRAFT_TAIL + 1] = "";
	uintmax_t size;

	if (in->size >= DOC_GRAFT_TAIL)
		memcpy(tail, in->data + in->size - DOC_GRAFT_TAIL,
		    DOC_GRAFT_TAIL);
	if (sscanf(tail, "%20ju", &size) != 1 ||
	    size > in->size - DOC_GRAFT_TAIL)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "no document with words to graft");
	*document = *in;
	document->size = (size_t)size;
	*rows = in->data + size;
	*rows_len = in->size - DOC_GRAFT_TAIL - (size_t)size;
	return 0;
}

/* What qpdf said last, if it is an error. */
static int
check(qpdf_data q, struct doc_error *err)
{
	qpdf_error e = qpdf_has_error(q) ? qpdf_get_error(q) : NULL;

	if (e == NULL)
		return 0;
	return doc_error_set(err,
	    qpdf_get_error_code(q, e) == qpdf_e_password ? DOC_E_ENCRYPTED
							 : DOC_E_DAMAGED,
	    "qpdf: %.120s", qpdf_get_error_message_detail(q, e));
}

static qpdf_data
read_pdf(const void *pdf, size_t size, struct doc_error *err)
{
	qpdf_data q = qpdf_init();

	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_silence_errors(q);
	if ((qpdf_read_memory(q, "document", pdf, size, "") & QPDF_ERRORS) ==
		0 &&
	    (qpdf_push_inherited_attributes_to_page(q) & QPDF_ERRORS) == 0)
		return q;
	if (check(q, err) == 0)
		doc_error_set(err, DOC_E_DAMAGED, "qpdf cannot read it");
	qpdf_cleanup(&q);
	return NULL;
}

int
doc_graft_new(struct doc_graft **graft, const void *pdf, size_t size,
    struct doc_error *err)
{
	struct doc_graft *g = calloc(1, sizeof(*g));

	if (!g)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	g->main = read_pdf(pdf, size, err);
	if (!g->main) {
		free(g);
		return -1;
	}
	*graft = g;
	return 0;
}

void
doc_graft_free(struct doc_graft *g)
{
	if (!g)
		return;
	qpdf_cleanup(&g->main);
	for (unsigned i = 0; i < g->count; i++)
		qpdf_cleanup(&g->others[i]);
	free(g->others);
	doc_buf_release(&g->rows);
	free(g);
}

void
doc_graft_forget(struct doc_graft *g)
{
	qpdf_oh_remove_key(g->main, qpdf_get_trailer(g->main), "/Info");
}

int
doc_graft_append(struct doc_graft *g, const void *pdf, size_t size,
    struct doc_error *err)
{
	qpdf_data *others = reallocarray(g->others, g->count + 1,
	    sizeof(*others));
	qpdf_data q;

	if (!others)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	g->others = others;
	q = read_pdf(pdf, size, err);
	if (!q)
		return -1;
	g->others[g->count++] = q;
	qpdf_add_page(g->main, q, qpdf_get_page_n(q, 0), QPDF_FALSE);
	return check(g->main, err);
}

/* --- the font --------------------------------------------------------------*/

static const char cmap[] =
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
    "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
    "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    "1 beginbfrange <0000> <FFFF> <0000> endbfrange\n"
    "endcmap CMapName currentdict /CMap defineresource pop end end\n";

static qpdf_oh
new_stream(qpdf_data q, const void *p, size_t n)
{
	qpdf_oh s = qpdf_oh_new_stream(q);

	qpdf_oh_replace_stream_data(q, s, p, n, qpdf_oh_new_null(q),
	    qpdf_oh_new_null(q));
	return s;
}

/* Every character is the second glyph. */
static qpdf_oh
new_glyph_map(qpdf_data q)
{
	size_t n = (size_t)2 << 16;
	unsigned char *map = calloc(1, n);
	qpdf_oh s;

	for (size_t i = 1; map && i < n; i += 2)
		map[i] = 1;
	s = new_stream(q, map ? map : (const void *)"", map ? n : 0);
	free(map);
	return s;
}

static qpdf_oh
new_descriptor(qpdf_data q)
{
	doc_autobuf struct doc_buf file = { 0 };
	qpdf_oh d = qpdf_oh_parse(q,
	    "<</Type/FontDescriptor/FontName/" FONT_NAME "/Flags 5/FontBBox"
	    "[0 0 500 1000]/ItalicAngle 0/Ascent 1000/Descent -1/CapHeight 1000"
	    "/StemV 80>>");
	qpdf_oh s;

	if (doc_graft_font(&file) < 0)
		return d; /* viewers take another font, which is as unseen */
	s = new_stream(q, file.data, file.len);
	qpdf_oh_replace_key(q, qpdf_oh_get_dict(q, s), "/Length1",
	    qpdf_oh_new_integer(q, (long long)file.len));
	qpdf_oh_replace_key(q, d, "/FontFile2", s);
	return qpdf_make_indirect_object(q, d);
}

static qpdf_oh
new_font(qpdf_data q)
{
	qpdf_oh font = qpdf_oh_parse(q,
	    "<</Type/Font/Subtype/Type0/BaseFont/" FONT_NAME
	    "/Encoding/Identity-H>>");
	qpdf_oh cid = qpdf_oh_parse(q,
	    "<</Type/Font/Subtype/CIDFontType2/BaseFont/" FONT_NAME
	    "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
	    "/DW 500>>");

	qpdf_oh_replace_key(q, cid, "/CIDToGIDMap", new_glyph_map(q));
	qpdf_oh_replace_key(q, cid, "/FontDescriptor", new_descriptor(q));
	qpdf_oh_replace_key(q, font, "/DescendantFonts",
	    qpdf_oh_wrap_in_array(q, qpdf_make_indirect_object(q, cid)));
	qpdf_oh_replace_key(q, font, "/ToUnicode",
	    new_stream(q, cmap, sizeof(cmap) - 1));
	return qpdf_make_indirect_object(q, font);
}

/* The dictionary under `key`, made if need be. */
static qpdf_oh
dictionary(qpdf_data q, qpdf_oh in, const char *key)
{
	qpdf_oh d = qpdf_oh_get_key(q, in, key);

	if (qpdf_oh_is_dictionary(q, d))
		return d;
	d = qpdf_oh_new_dictionary(q);
	qpdf_oh_replace_key(q, in, key, d);
	/* What was put in is another handle of the same. */
	return qpdf_oh_get_key(q, in, key);
}

/* --- a page ----------------------------------------------------------------*/

struct rect {
	double x0, y0, x1, y1;
};

static bool
get_rect(qpdf_data q, qpdf_oh page, const char *key, struct rect *r)
{
	qpdf_oh a = qpdf_oh_get_key(q, page, key);
	double v[4];

	if (!qpdf_oh_is_array(q, a) || qpdf_oh_get_array_n_items(q, a) < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		qpdf_oh n = qpdf_oh_get_array_item(q, a, i);

		/* Four hundred digits are a number, and infinite. */
		if (!qpdf_oh_get_value_as_number(q, n, &v[i]) ||
		    !isfinite(v[i]))
			return false;
	}
	*r = (struct rect){ fmin(v[0], v[2]), fmin(v[1], v[3]),
		fmax(v[0], v[2]), fmax(v[1], v[3]) };
	return r->x1 > r->x0 && r->y1 > r->y0;
}

/* What a viewer shows: the crop box as far as it is on the medium.  Without a
 * medium it is US Letter, in poppler too. */
static struct rect
visible(qpdf_data q, qpdf_oh page)
{
	struct rect media = { 0, 0, 612, 792 }, crop;

	(void)get_rect(q, page, "/MediaBox", &media);
	if (!get_rect(q, page, "/CropBox", &crop))
		return media;
	crop = (struct rect){ fmax(crop.x0, media.x0), fmax(crop.y0, media.y0),
		fmin(crop.x1, media.x1), fmin(crop.y1, media.y1) };
	return crop.x1 > crop.x0 && crop.y1 > crop.y0 ? crop : media;
}

/* From pixels of the page as it is shown to the page's own points. */
static struct doc_graft_frame
frame_of(qpdf_data q, qpdf_oh page, double width, double height)
{
	struct rect r = visible(q, page);
	qpdf_oh rotate = qpdf_oh_get_key(q, page, "/Rotate");
	double turn = 0, w = r.x1 - r.x0, h = r.y1 - r.y0;

	if (!qpdf_oh_get_value_as_number(q, rotate, &turn) || !isfinite(turn))
		turn = 0;
	switch (((int)fmod(turn, 360) + 360) % 360) {
	case 90:
		return (struct doc_graft_frame){ 0, h / width, w / height, 0,
			r.x0, r.y0 };
	case 180:
		return (struct doc_graft_frame){ -w / width, 0, 0, h / height,
			r.x1, r.y0 };
	case 270:
		return (struct doc_graft_frame){ 0, -h / width, -w / height, 0,
			r.x1, r.y1 };
	default:
		return (struct doc_graft_frame){ w / width, 0, 0, -h / height,
			r.x0, r.y1 };
	}
}

/* Ours before all that is there, so that it begins with nothing set. */
static void
put_first(qpdf_data q, qpdf_oh page, qpdf_oh stream)
{
	qpdf_oh old = qpdf_oh_get_key(q, page, "/Contents");
	qpdf_oh all = qpdf_oh_new_array(q);

	qpdf_oh_append_item(q, all, stream);
	if (qpdf_oh_is_stream(q, old))
		qpdf_oh_append_item(q, all, old);
	else if (qpdf_oh_is_array(q, old))
		for (int i = 0; i < qpdf_oh_get_array_n_items(q, old); i++)
			qpdf_oh_append_item(q, all,
			    qpdf_oh_get_array_item(q, old, i));
	qpdf_oh_replace_key(q, page, "/Contents", all);
}

static int
graft_page(struct doc_graft *g, unsigned number, double width, double height,
    const char *rows, size_t len, struct doc_error *err)
{
	qpdf_data q = g->main;
	qpdf_oh page = qpdf_get_page_n(q, number - 1);
	struct doc_graft_frame frame;
	qpdf_oh fonts;

	if (!qpdf_oh_is_dictionary(q, page))
		return check(q, err);
	frame = frame_of(q, page, width, height);
	g->rows.len = 0;
	if (doc_graft_words(rows, len, &frame, FONT_NAME, &g->rows) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory for words");
	if (!g->has_font)
		g->font = new_font(q);
	g->has_font = true;
	fonts = dictionary(q, dictionary(q, page, "/Resources"), "/Font");
	qpdf_oh_replace_key(q, fonts, "/" FONT_NAME, g->font);
	put_first(q, page, new_stream(q, g->rows.data, g->rows.len));
	return check(q, err);
}

int
doc_graft_rows(struct doc_graft *g, const char *rows, size_t rows_len,
    struct doc_work *work, struct doc_error *err)
{
	static const char mark[] = "\nend\n";
	unsigned pages = (unsigned)DOC_MAX(qpdf_get_num_pages(g->main), 0);

	while (rows_len > 0) {
		const char *end = memmem(rows, rows_len, mark,
		    sizeof(mark) - 1);
		size_t n = end ? (size_t)(end - rows) + 1 : rows_len;
		unsigned number, width, height;
		char head[64];

		snprintf(head, sizeof(head), "%.*s",
		    (int)DOC_MIN(n, sizeof(head) - 1), rows);
		if (sscanf(head, "page %u %u %u", &number, &width, &height) ==
			3 &&
		    number >= 1 && number <= pages && width > 0 && height > 0 &&
		    graft_page(g, number, width, height, rows, n, err) < 0)
			return -1;
		doc_work_progress(work, 0, 0, 0);
		n = DOC_MIN(n + sizeof(mark) - 2, rows_len);
		rows += n;
		rows_len -= n;
	}
	return 0;
}

static void
beat(int percent, void *work)
{
	(void)percent;
	doc_work_progress(work, 0, 0, 0);
}

int
doc_graft_write(struct doc_graft *g, struct doc_work *work,
    struct doc_error *err)
{
	qpdf_data q = g->main;

	if ((qpdf_init_write_memory(q) & QPDF_ERRORS) == 0) {
		qpdf_set_preserve_encryption(q, QPDF_FALSE);
		qpdf_set_deterministic_ID(q, QPDF_TRUE);
		qpdf_set_minimum_pdf_version(q, "1.4");
		qpdf_register_progress_reporter(q, beat, work);
		if ((qpdf_write(q) & QPDF_ERRORS) == 0 &&
		    doc_write_full(work->out, qpdf_get_buffer(q),
			qpdf_get_buffer_length(q)) < 0)
			return doc_error_sys(err, "cannot write the document");
	}
	return check(q, err);
}
