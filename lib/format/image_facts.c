/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/base/le.h"
#include "lib/format/exif_facts.h"
#include "lib/format/image_facts.h"
#include "lib/format/inflate.h"
#include "lib/format/survey.h"
#include "lib/format/xmp.h"

/* Of files without chunks to go by, this much is searched. */
#define SEARCH_BYTES ((size_t)4 << 20)

/* A text chunk of a PNG, unpacked. */
#define MAX_CHUNK ((size_t)1 << 20)

struct picture {
	const char *p;
	size_t n;
	struct doc_meta meta;
};

static unsigned
be16(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (unsigned)u[0] << 8 | u[1];
}

static uint32_t
be32(const char *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* A text of unknown charset. */
static void
set_text(struct picture *pic, enum doc_field field, const char *name,
    const char *p, size_t n)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	char charset[DOC_CHARSET_NAME];
	struct doc_charset *cs;

	doc_survey_choose("windows-1252", p, n, charset);
	cs = doc_charset_open(charset);
	if (cs != NULL && doc_charset_put(cs, p, n, true, &utf8) == 0) {
		if (field != DOC_F_NONE)
			doc_meta_set(&pic->meta, field, utf8.data, utf8.len);
		doc_meta_raw(&pic->meta, name, utf8.data, utf8.len);
	}
	doc_charset_free(cs);
}

/* --- IPTC (IIM 4.2): 1Ch, record, dataset, length, value -------------------*/

static void
read_iptc(struct picture *pic, const char *p, size_t n)
{
	static const struct {
		unsigned dataset;
		enum doc_field field;
		const char *name;
	} sets[] = { { 5, DOC_F_TITLE, "ObjectName" },
		{ 25, DOC_F_KEYWORDS, "Keywords" },
		{ 80, DOC_F_CREATOR, "By-line" }, { 90, DOC_F_NONE, "City" },
		{ 101, DOC_F_NONE, "Country" }, { 105, DOC_F_NONE, "Headline" },
		{ 110, DOC_F_NONE, "Credit" }, { 115, DOC_F_NONE, "Source" },
		{ 116, DOC_F_NONE, "Copyright" },
		{ 120, DOC_F_DESCRIPTION, "Caption" } };
	size_t at = 0;

	while (at + 5 <= n && p[at] == 0x1c) {
		unsigned record = (unsigned char)p[at + 1];
		unsigned dataset = (unsigned char)p[at + 2];
		size_t len = be16(p + at + 3);

		at += 5;
		if (len > n - at)
			return;
		for (size_t i = 0; i < DOC_LEN(sets) && record == 2; i++)
			if (sets[i].dataset == dataset)
				set_text(pic, sets[i].field, sets[i].name,
				    p + at, len);
		at += len;
	}
}

/* Photoshop's resources: "8BIM", number, name, length, data. */
static void
read_resources(struct picture *pic, const char *p, size_t n)
{
	size_t at = 0;

	while (at + 12 <= n && memcmp(p + at, "8BIM", 4) == 0) {
		unsigned number = be16(p + at + 4);
		size_t name = 1 + (size_t)(unsigned char)p[at + 6], len;

		at += 6 + name + (name & 1);
		if (at + 4 > n)
			return;
		len = be32(p + at);
		at += 4;
		if (len > n - at)
			return;
		if (number == 0x0404)
			read_iptc(pic, p + at, len);
		at += len + (len & 1);
	}
}

/* --- containers ------------------------------------------------------------*/

static bool
begins(const char *p, size_t n, const char *mark, size_t len)
{
	return n >= len && memcmp(p, mark, len) == 0;
}

static void
read_segment(struct picture *pic, unsigned marker, const char *p, size_t n)
{
	if (marker == 0xfe) {
		set_text(pic, DOC_F_DESCRIPTION, "Comment", p, n);
	} else if (marker == 0xe1 && begins(p, n, "Exif\0", 6)) {
		doc_exif_facts(&pic->meta, p + 6, n - 6);
	} else if (marker == 0xe1) {
		doc_xmp_facts(&pic->meta, p, n);
	} else if (marker == 0xed && begins(p, n, "Photoshop 3.0", 14)) {
		read_resources(pic, p + 14, n - 14);
	}
}

/* Segments up to the start of the scan (ISO 10918-1, B.1.1). */
static void
read_jpeg(struct picture *pic)
{
	size_t at = 2;

	while (at + 4 <= pic->n && (unsigned char)pic->p[at] == 0xff) {
		unsigned marker = (unsigned char)pic->p[at + 1];
		size_t len = be16(pic->p + at + 2);

		if (marker == 0xff) {
			at++;
			continue;
		}
		if (marker == 0xda || len < 2 || len > pic->n - at - 2)
			return;
		read_segment(pic, marker, pic->p + at + 4, len - 2);
		at += 2 + len;
	}
}

static int
take(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	(void)err;
	return doc_buf_add(ctx, p, n) < 0 ? 1 : 0;
}

/* tEXt, zTXt and iTXt (PNG 11.3.4): keyword, NUL, perhaps compressed text. */
static void
read_png_text(struct picture *pic, const char *type, const char *p, size_t n)
{
	static const struct doc_xml_token words[] = {
		{ "Author", DOC_F_CREATOR },
		{ "Comment", DOC_F_DESCRIPTION },
		{ "Description", DOC_F_DESCRIPTION },
		{ "Software", DOC_F_PRODUCER },
		{ "Title", DOC_F_TITLE },
	};
	doc_autobuf struct doc_buf plain = { .max = MAX_CHUNK };
	struct doc_error ignored = { 0 };
	size_t at = strnlen(p, n);
	const char *word = p;
	bool packed = *type == 'z';

	if (at == n || at > 79)
		return;
	at++;
	if (*type == 'i' && at + 2 <= n) {
		packed = p[at] == 1;
		at += 2;
		for (int i = 0; i < 2 && at < n; i++)
			at += strnlen(p + at, n - at) + 1;
	} else if (packed) {
		at++;
	}
	if (at >= n)
		return;
	/* Two bytes of zlib's header, and its checksum is not looked at. */
	if (packed &&
	    (n - at < 2 ||
		doc_inflate(p + at + 2, n - at - 2, DOC_INFLATE_RAW, take,
		    &plain, &ignored) < 0))
		return;
	if (!packed)
		doc_buf_add(&plain, p + at, n - at);
	if (strcmp(word, "XML:com.adobe.xmp") == 0)
		doc_xmp_facts(&pic->meta, plain.data, plain.len);
	else if (plain.len > 0)
		set_text(pic,
		    (enum doc_field)doc_xml_find(words, DOC_LEN(words), word),
		    word, plain.data, plain.len);
}

static void
read_png(struct picture *pic)
{
	size_t at = 8;

	while (at + 12 <= pic->n) {
		size_t len = be32(pic->p + at);
		const char *type = pic->p + at + 4, *data = type + 4;

		if (len > pic->n - at - 12)
			return;
		if (memcmp(type, "eXIf", 4) == 0)
			doc_exif_facts(&pic->meta, data, len);
		else if (memcmp(type + 1, "TXt", 3) == 0 ||
		    memcmp(type, "tEXt", 4) == 0)
			read_png_text(pic, type, data, len);
		at += 12 + len;
	}
}

/* WebP is RIFF: chunks with little-endian lengths, padded to even ones. */
static void
read_webp(struct picture *pic)
{
	size_t at = 12;

	while (at + 8 <= pic->n) {
		const char *type = pic->p + at, *data = type + 8;
		size_t len = doc_le32(pic->p + at + 4);

		if (len > pic->n - at - 8)
			return;
		if (memcmp(type, "XMP ", 4) == 0)
			doc_xmp_facts(&pic->meta, data, len);
		else if (memcmp(type, "EXIF", 4) == 0 &&
		    begins(data, len, "Exif\0", 6))
			doc_exif_facts(&pic->meta, data + 6, len - 6);
		else if (memcmp(type, "EXIF", 4) == 0)
			doc_exif_facts(&pic->meta, data, len);
		at += 8 + len + (len & 1);
	}
}

/* HEIF and others: blocks are whole, wherever they are. */
static void
search(struct picture *pic)
{
	size_t n = DOC_MIN(pic->n, SEARCH_BYTES);
	const char *exif = memmem(pic->p, n, "Exif\0", 6);

	if (exif != NULL && (size_t)(exif - pic->p) + 14 < n &&
	    (memcmp(exif + 6, "II*", 4) == 0 ||
		memcmp(exif + 6, "MM\0*", 4) == 0))
		doc_exif_facts(&pic->meta, exif + 6,
		    n - (size_t)(exif - pic->p) - 6);
	doc_xmp_facts(&pic->meta, pic->p, n);
}

static void
read_facts(struct picture *pic)
{
	if (begins(pic->p, pic->n, "\xff\xd8\xff", 3)) {
		read_jpeg(pic);
	} else if (begins(pic->p, pic->n, "\x89PNG\r\n\x1a\n", 8)) {
		read_png(pic);
	} else if (begins(pic->p, pic->n, "RIFF", 4)) {
		read_webp(pic);
	} else if (begins(pic->p, pic->n, "II*", 4) ||
	    begins(pic->p, pic->n, "MM\0*", 4)) {
		doc_exif_facts(&pic->meta, pic->p, pic->n);
		doc_xmp_facts(&pic->meta, pic->p, pic->n);
	} else {
		search(pic);
	}
}

int
doc_image_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	struct picture pic = { .p = in->data, .n = in->size };

	(void)err;
	doc_meta_begin(&pic.meta, text);
	if (in->size > 0)
		read_facts(&pic);
	doc_meta_say(&pic.meta, text->work);
	doc_meta_release(&pic.meta);
	return 0;
}
