/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta - what documents say about themselves, as fields.
 *
 * Runs in the worker.  Values are trimmed, inner white space is collapsed,
 * times become RFC 3339 (one without a zone is taken as UTC) and what is no
 * time is dropped.  The first value of a field counts; of creators, keywords
 * and subjects all do, joined by "; ".
 */
#ifndef DOC_META_H
#define DOC_META_H

#include "lib/base/buf.h"
#include "lib/format/text.h"
#include "lib/format/xml.h"

/* Zero it to begin. */
struct doc_meta {
	struct doc_buf value[DOC_F_COUNT];
	/* while reading XML */
	const struct doc_xml_token *table;
	size_t table_count;
	struct doc_work *raw; /* says every property as it is; or NULL */
	struct doc_buf name;  /* of the property being read */
	struct doc_buf leaf;  /* text of the element being read */
	int field;	      /* it is for, or 0 */
};

/* Ask for raw properties, too, if those who want the text do. */
void doc_meta_begin(struct doc_meta *m, const struct doc_text *text);

/* A property under the name the format has for it; nothing unless asked. */
void doc_meta_raw(struct doc_meta *m, const char *name, const char *s,
    size_t n);

void doc_meta_set(struct doc_meta *m, enum doc_field field, const char *s,
    size_t n);

/* Append a unix time as RFC 3339; 0 and what is before are no times. */
void doc_meta_time_text(struct doc_buf *text, int64_t unix_s);

/* Read the elements that `table` (sorted by name) turns into fields.  An
 * EPUB <meta property="dcterms:modified"> counts as "modified".  0, or 1 when
 * the XML is broken, or -1 when memory ran out. */
int doc_meta_read(struct doc_meta *m, const char *p, size_t n,
    const struct doc_xml_token *table, size_t table_count) DOC_MUST_CHECK;

/* Report all fields that have a value. */
void doc_meta_say(struct doc_meta *m, struct doc_work *work);

void doc_meta_release(struct doc_meta *m);

#endif
