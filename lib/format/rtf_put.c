/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/utf8.h"
#include "lib/format/rtf_impl.h"

/* Fonts; Word's limit is 32,767. */
enum { MAX_FONTS = 32768 };

bool
rtf_visible(struct rtf *r)
{
	return rtf_top(r)->dest == TEXT && !rtf_top(r)->deleted;
}

void
rtf_put(struct rtf *r, const char *s, size_t n)
{
	if (rtf_top(r)->dest == VALUE || rtf_top(r)->dest == FIELD)
		doc_buf_add(&r->value, s, n);
	else if (rtf_visible(r))
		doc_layout_put(&r->flow, s, n);
}

/* Words are written in the code page of their font. */
void
rtf_flush(struct rtf *r)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	unsigned codepage = rtf_top(r)->codepage;
	char name[DOC_CHARSET_NAME];

	if (r->lead != 0) {
		r->lead = 0;
		r->flow.text->repairs++;
		rtf_put(r, "\xef\xbf\xbd", 3);
	}
	if (r->run.len == 0)
		return;
	if (r->cs == NULL || r->cs_codepage != codepage) {
		doc_charset_free(r->cs);
		doc_charset_of_codepage(codepage, name);
		r->cs = doc_charset_open(name);
		r->cs_codepage = codepage;
	}
	if (r->cs != NULL &&
	    doc_charset_put(r->cs, r->run.data, r->run.len, true, &utf8) == 0)
		rtf_put(r, utf8.data, utf8.len);
	r->run.len = 0;
}

void
rtf_byte(struct rtf *r, char c)
{
	struct group *g = rtf_top(r);

	if (r->skip > 0) {
		r->skip--;
		return;
	}
	if (r->lead != 0)
		rtf_flush(r);
	g->fresh = false;
	if (g->dest == VALUE || g->dest == FIELD || rtf_visible(r))
		doc_buf_addc(&r->run, c);
}

/* \u: signed 16 bits; pairs of surrogates beyond U+FFFF. */
void
rtf_unicode(struct rtf *r, long n)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	uint32_t c = (uint32_t)(n < 0 ? n + 65536 : n);
	uint32_t lead = r->lead;

	if (c >= 0xdc00 && c < 0xe000 && lead != 0) {
		r->lead = 0;
		c = 0x10000 + ((lead & 0x3ff) << 10) + (c & 0x3ff);
	}
	rtf_flush(r);
	r->skip = rtf_top(r)->uc;
	if (c >= 0xd800 && c < 0xdc00) {
		r->lead = c;
		return;
	}
	/* Symbol fonts: bullets of lists, mostly. */
	if (c >= 0xf020 && c <= 0xf0ff)
		c = c == 0xf0b7 ? 0x2022 : ' ';
	r->flow.text->repairs += c >= 0xdc00 && c < 0xe000;
	if (doc_utf8_put(&utf8, c) == 0)
		rtf_put(r, utf8.data, utf8.len);
}

static unsigned
codepage_of_charset(long charset)
{
	static const struct {
		unsigned charset, codepage;
	} table[] = { { 0, 1252 }, { 77, 10000 }, { 78, 10001 }, { 79, 10003 },
		{ 80, 10008 }, { 81, 10002 }, { 83, 10005 }, { 84, 10004 },
		{ 85, 10006 }, { 86, 10081 }, { 87, 10021 }, { 88, 10029 },
		{ 89, 10007 }, { 128, 932 }, { 129, 949 }, { 130, 1361 },
		{ 134, 936 }, { 136, 950 }, { 161, 1253 }, { 162, 1254 },
		{ 163, 1258 }, { 177, 1255 }, { 178, 1256 }, { 186, 1257 },
		{ 204, 1251 }, { 222, 874 }, { 238, 1250 }, { 254, 437 },
		{ 255, 850 } };

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if ((long)table[i].charset == charset)
			return table[i].codepage;
	return 0;
}

void
rtf_use_font(struct rtf *r, long id)
{
	struct group *g = rtf_top(r);

	rtf_flush(r);
	g->font = (int)id;
	g->codepage = r->codepage;
	for (size_t i = 0; i < r->fonts; i++)
		if (r->font[i].id == g->font && r->font[i].codepage != 0)
			g->codepage = r->font[i].codepage;
}

static void
define_font(struct rtf *r, long id)
{
	struct font *p;

	if (r->fonts == MAX_FONTS)
		return;
	p = reallocarray(r->font, r->fonts + 1, sizeof(*p));
	if (p == NULL)
		return;
	r->font = p;
	r->font[r->fonts++] = (struct font){ .id = (int)id };
}

void
rtf_use_codepage(struct rtf *r, unsigned codepage)
{
	rtf_flush(r);
	r->codepage = codepage > 0 && codepage < 65536 ? codepage : 1252;
	rtf_top(r)->codepage = r->codepage;
}

void
rtf_on_font(struct rtf *r, const struct doc_rtf_row *row, long n)
{
	struct group *g = rtf_top(r);
	struct font *last = r->fonts > 0 ? &r->font[r->fonts - 1] : NULL;

	if (row->word == DOC_RTF_F && g->dest == FONTS)
		define_font(r, n);
	else if (row->word == DOC_RTF_F)
		rtf_use_font(r, n);
	else if (g->dest == FONTS && last != NULL)
		last->codepage = row->word == DOC_RTF_CPG
		    ? (unsigned)DOC_MIN(n, 65535L)
		    : codepage_of_charset(n);
}
