/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graft_text - the unseen words and their font. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/engine/graft.h"

/* --- the font: ISO/IEC 14496-22 (OpenType) ---------------------------------*/

enum { EM = 1000, WIDTH = 500, TABLES = 6 };

static void
put16(struct doc_buf *b, unsigned v)
{
	const unsigned char p[] = { (unsigned char)(v >> 8), (unsigned char)v };

	doc_buf_add(b, p, sizeof(p));
}

static void
put32(struct doc_buf *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v & 0xffff);
}

static void
put_zeros(struct doc_buf *b, unsigned n)
{
	while (n-- > 0)
		put16(b, 0);
}

static void
make_head(struct doc_buf *b)
{
	put32(b, 0x10000);
	put32(b, 0x10000);
	put32(b, 0);	      /* sum of the file: nobody checks */
	put32(b, 0x5f0f3cf5); /* magic */
	put16(b, 3);	      /* baseline and left edge at 0 */
	put16(b, EM);
	put_zeros(b, 10); /* dates, least x and y */
	put16(b, WIDTH);
	put16(b, EM);
	put16(b, 0);
	put16(b, 8); /* smallest readable size */
	put16(b, 2);
	put_zeros(b, 2); /* short offsets in loca */
}

static void
make_hhea(struct doc_buf *b)
{
	put32(b, 0x10000);
	put16(b, EM);
	put_zeros(b, 2);
	put16(b, WIDTH);
	put_zeros(b, 11);
	put16(b, 1); /* one width for all */
}

static void
make_maxp(struct doc_buf *b)
{
	put32(b, 0x10000);
	put16(b, 2); /* glyphs */
	put_zeros(b, 4);
	put16(b, 2); /* zones */
	put_zeros(b, 8);
}

static void
make_hmtx(struct doc_buf *b)
{
	put16(b, WIDTH);
	put_zeros(b, 2);
}

/* Both glyphs end where they begin, so what is in glyf is nobody's. */
static void
make_glyf(struct doc_buf *b)
{
	put_zeros(b, 2);
}

static void
make_loca(struct doc_buf *b)
{
	put_zeros(b, 3);
}

static uint32_t
sum_of(const struct doc_buf *b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < b->len; i++)
		sum += (uint32_t)(unsigned char)b->data[i] << (24 - i % 4 * 8);
	return sum;
}

int
doc_graft_font(struct doc_buf *out)
{
	static const struct {
		const char *tag;
		void (*make)(struct doc_buf *b);
	} tables[TABLES] = { { "glyf", make_glyf }, { "head", make_head },
		{ "hhea", make_hhea }, { "hmtx", make_hmtx },
		{ "loca", make_loca }, { "maxp", make_maxp } };
	doc_autobuf struct doc_buf body = { 0 };
	size_t start = 12 + TABLES * 16;

	put32(out, 0x10000);
	put16(out, TABLES);
	put16(out, 64); /* 4 tables: the largest power of two, by 16 */
	put16(out, 2);
	put16(out, TABLES * 16 - 64);
	for (size_t i = 0; i < TABLES; i++) {
		doc_autobuf struct doc_buf t = { 0 };

		tables[i].make(&t);
		doc_buf_adds(out, tables[i].tag);
		put32(out, sum_of(&t));
		put32(out, (uint32_t)(start + body.len));
		put32(out, (uint32_t)t.len);
		if (!t.data || doc_buf_add(&body, t.data, t.len))
			return -1;
		while (body.len % 4 != 0)
			if (doc_buf_addc(&body, '\0'))
				return -1;
	}
	return doc_buf_add(out, body.data, body.len);
}

/* --- the words -------------------------------------------------------------*/

struct row {
	double x0, y0, x1, y1, height;
	const char *text;
	size_t len;
};

/* No page has as many pixels along a side. */
#define FARTHEST 1e6

static bool
is_near(double v)
{
	return fabs(v) < FARTHEST;
}

/* A worker wrote it, and a worker is believed nothing. */
static bool
read_row(const char *line, size_t n, struct row *row)
{
	char head[128];
	size_t most = DOC_MIN(n, sizeof(head) - 1);
	int used = 0;

	memcpy(head, line, most);
	head[most] = '\0';
	if (sscanf(head, "%lf %lf %lf %lf %lf %n", &row->x0, &row->y0, &row->x1,
		&row->y1, &row->height, &used) != 5 ||
	    used == 0 || (size_t)used >= n)
		return false;
	row->text = line + used;
	row->len = n - (size_t)used;
	return is_near(row->x0) && is_near(row->y0) && is_near(row->x1) &&
	    is_near(row->y1) && row->height > 0 && is_near(row->height);
}

/* Hebrew, Arabic and their neighbours and presentation forms. */
static bool
is_right_to_left(uint32_t c)
{
	return (c >= 0x590 && c < 0x900) || (c >= 0xfb1d && c < 0xfe00) ||
	    (c >= 0xfe70 && c < 0xff00);
}

/* UTF-16, the code of each character in the font; how many of them. */
static unsigned
put_codes(const struct row *row, struct doc_buf *hex, bool *right_to_left)
{
	unsigned n = 0;

	*right_to_left = false;
	for (size_t i = 0; i < row->len;) {
		size_t step = doc_utf8_step(row->text + i, row->len - i);
		uint32_t c = step ? doc_utf8_rune(row->text + i, step) : 0xfffd;

		i += step ? step : 1;
		*right_to_left = *right_to_left || is_right_to_left(c);
		if (c >= 0x10000) {
			doc_buf_addf(hex, "%04X", 0xd7c0 + (c >> 10));
			c = 0xdc00 + (c & 0x3ff);
			n++;
		}
		doc_buf_addf(hex, "%04X", c);
		n++;
	}
	return n;
}

/* The word as wide as it is on the page, and a space behind it. */
static int
put_word(const struct row *row, const struct doc_graft_frame *f,
    const char *font, struct doc_buf *out)
{
	doc_autobuf struct doc_buf hex = { 0 };
	bool back;
	unsigned n = put_codes(row, &hex, &back);
	double dx = f->a * (row->x1 - row->x0) + f->c * (row->y1 - row->y0);
	double dy = f->b * (row->x1 - row->x0) + f->d * (row->y1 - row->y0);
	double length = hypot(dx, dy);
	double size = row->height * sqrt(fabs(f->a * f->d - f->b * f->c));
	double x = back ? row->x1 : row->x0, y = back ? row->y1 : row->y0;
	double ux, uy;

	if (n == 0 || length <= 0 || size <= 0)
		return 0;
	ux = dx / length + 0.0; /* no "-0.00000" */
	uy = dy / length + 0.0;
	/* Right to left the letters run against the line, not on their heads.
	 */
	return doc_buf_addf(out,
	    "/%s %.3f Tf %.3f Tz %.5f %.5f %.5f %.5f %.3f %.3f Tm <%s0020> "
	    "Tj\n",
	    font, size, length * 100 / (n * size * WIDTH / EM),
	    back ? 0.0 - ux : ux, back ? 0.0 - uy : uy, 0.0 - uy, ux,
	    f->a * x + f->c * y + f->e, f->b * x + f->d * y + f->f,
	    doc_buf_str(&hex));
}

int
doc_graft_words(const char *rows, size_t rows_len,
    const struct doc_graft_frame *frame, const char *font, struct doc_buf *out)
{
	int rc = doc_buf_adds(out, "q BT 3 Tr\n");

	while (rows_len > 0 && rc == 0) {
		const char *end = memchr(rows, '\n', rows_len);
		size_t n = end ? (size_t)(end - rows) : rows_len;
		struct row row;

		if (read_row(rows, n, &row))
			rc = put_word(&row, frame, font, out);
		rows_len -= DOC_MIN(n + 1, rows_len);
		rows += n + 1;
	}
	return rc ? -1 : doc_buf_adds(out, "ET Q\n");
}
