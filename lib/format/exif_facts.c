/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <libexif/exif-data.h>

#include "lib/format/exif_facts.h"
#include "lib/format/survey.h"

/* Largest block that is looked at: offsets in it are 32 bits, and what the
 * library copies of it is bounded by its size. */
#define MAX_BLOCK ((size_t)256 << 20)

/* Text of Windows Explorer in UTF-16 has tags of its own (XP...). */
static const struct {
	ExifTag tag;
	enum doc_field field;
} fields[] = { { EXIF_TAG_XP_TITLE, DOC_F_TITLE },
	{ EXIF_TAG_IMAGE_DESCRIPTION, DOC_F_DESCRIPTION },
	{ EXIF_TAG_XP_COMMENT, DOC_F_DESCRIPTION },
	{ EXIF_TAG_USER_COMMENT, DOC_F_DESCRIPTION },
	{ EXIF_TAG_XP_SUBJECT, DOC_F_SUBJECT },
	{ EXIF_TAG_ARTIST, DOC_F_CREATOR },
	{ EXIF_TAG_XP_AUTHOR, DOC_F_CREATOR },
	{ EXIF_TAG_XP_KEYWORDS, DOC_F_KEYWORDS },
	{ EXIF_TAG_SOFTWARE, DOC_F_PRODUCER },
	{ EXIF_TAG_DATE_TIME_ORIGINAL, DOC_F_CREATED },
	{ EXIF_TAG_DATE_TIME, DOC_F_MODIFIED } };

static void
set_string(struct doc_meta *meta, enum doc_field field, const char *p, size_t n)
{
	doc_autobuf struct doc_buf utf8 = { 0 };
	char name[DOC_CHARSET_NAME];
	struct doc_charset *cs;

	/* ASCII by the book, anything in the field. */
	doc_survey_choose("windows-1252", p, n, name);
	cs = doc_charset_open(name);
	if (cs != NULL && doc_charset_put(cs, p, n, true, &utf8) == 0)
		doc_meta_set(meta, field, utf8.data, utf8.len);
	doc_charset_free(cs);
}

/* "2010:01:02 10:11:12" (Exif 2.32, 4.6.4) */
static void
set_time(struct doc_meta *meta, enum doc_field field, const char *s)
{
	char text[20];

	if (strlen(s) < 19)
		return;
	memcpy(text, s, 19);
	text[4] = text[7] = '-';
	text[19] = '\0';
	doc_meta_set(meta, field, text, 19);
}

static void
take_field(struct doc_meta *meta, ExifEntry *entry, enum doc_field field)
{
	char value[4096];

	if (exif_entry_get_value(entry, value, sizeof(value)) == NULL)
		return;
	if (field == DOC_F_CREATED || field == DOC_F_MODIFIED)
		set_time(meta, field, value);
	else
		set_string(meta, field, value, strlen(value));
}

static void
on_entry(ExifEntry *entry, void *user)
{
	struct doc_meta *meta = user;
	const char *name;
	char value[1024];

	for (size_t i = 0; i < DOC_LEN(fields); i++)
		if (fields[i].tag == entry->tag)
			take_field(meta, entry, fields[i].field);
	name = exif_tag_get_name_in_ifd(entry->tag,
	    exif_content_get_ifd(entry->parent));
	if (meta->raw != NULL && name != NULL &&
	    exif_entry_get_value(entry, value, sizeof(value)) != NULL)
		doc_meta_raw(meta, name, value, strlen(value));
}

static void
on_content(ExifContent *content, void *user)
{
	exif_content_foreach_entry(content, on_entry, user);
}

void
doc_exif_facts(struct doc_meta *meta, const char *p, size_t n)
{
	doc_autobuf struct doc_buf block = { .max = MAX_BLOCK + 16 };
	ExifData *data;

	/* The library wants the mark of the JPEG segment before it. */
	if (n > MAX_BLOCK || doc_buf_add(&block, "Exif\0", 6) < 0 ||
	    doc_buf_add(&block, p, n) < 0)
		return;
	data = exif_data_new();
	if (data == NULL)
		return;
	/* Values as they are, and no notes of makers: no one asks for them. */
	exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
	exif_data_set_option(data, EXIF_DATA_OPTION_DONT_CHANGE_MAKER_NOTE);
	exif_data_load_data(data, (const unsigned char *)block.data,
	    (unsigned)block.len);
	exif_data_foreach_content(data, on_content, meta);
	exif_data_unref(data);
}
