/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_facts - metadata of a document, in Dublin Core's terms. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>
#include <string.h>

static void
say_string(struct doc_work *work, enum doc_field field, gchar *s)
{
	if (s && *g_strstrip(s))
		doc_work_str(work, field, s);
	g_free(s);
}

static void
say_time(struct doc_work *work, enum doc_field field, GDateTime *when)
{
	if (!when)
		return;
	doc_work_time(work, field, g_date_time_to_unix(when));
	g_date_time_unref(when);
}

/* The first rdf:li within dc:language of the XMP packet.  poppler-glib has no
 * call for the catalog's /Lang. */
static void
say_language(struct doc_work *work, const struct doc_pdf *pdf)
{
	g_autofree gchar *xmp = poppler_document_get_metadata(pdf->doc);
	const char *open, *item, *end;
	size_t n;

	open = xmp ? strstr(xmp, "<dc:language>") : NULL;
	end = open ? strstr(open, "</dc:language>") : NULL;
	item = open ? strstr(open, "<rdf:li>") : NULL;
	if (!item || !end || item > end)
		return;
	item += strlen("<rdf:li>");
	n = strcspn(item, "<");
	if (n > 0 && n < 36 && item + n < end) /* RFC 5646 section 4.4.1 */
		doc_work_strn(work, DOC_F_LANGUAGE, item, n);
}

static void
say_attachments(struct doc_work *work, const struct doc_pdf *pdf)
{
	GList *list;

	if (!poppler_document_has_attachments(pdf->doc))
		return;
	list = poppler_document_get_attachments(pdf->doc);
	for (const GList *l = list; l; l = l->next) {
		const PopplerAttachment *a = l->data;

		if (a->name && *a->name)
			doc_work_str(work, DOC_F_ATTACHMENTS, a->name);
	}
	g_list_free_full(list, g_object_unref);
}

void
doc_pdf_facts(const struct doc_pdf *pdf, struct doc_work *work)
{
	PopplerDocument *d = pdf->doc;

	say_string(work, DOC_F_TITLE, poppler_document_get_title(d));
	say_string(work, DOC_F_CREATOR, poppler_document_get_author(d));
	say_string(work, DOC_F_SUBJECT, poppler_document_get_subject(d));
	say_string(work, DOC_F_KEYWORDS, poppler_document_get_keywords(d));
	say_string(work, DOC_F_PRODUCER, poppler_document_get_producer(d));
	say_time(work, DOC_F_CREATED,
	    poppler_document_get_creation_date_time(d));
	say_time(work, DOC_F_MODIFIED,
	    poppler_document_get_modification_date_time(d));
	say_language(work, pdf);
	say_attachments(work, pdf);
}
