/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_facts - metadata of a document, in Dublin Core's terms. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>
#include <string.h>

#include "lib/format/meta.h"

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

/* Bookmarks inside each other, and how many are looked at. */
enum { MAX_OUTLINE_DEPTH = 16, MAX_OUTLINE = 4096 };

/* Two blanks a level. */
static void
say_outline(struct doc_work *work, PopplerIndexIter *iter, unsigned depth,
    unsigned *said)
{
	do {
		PopplerAction *action = poppler_index_iter_get_action(iter);
		PopplerIndexIter *child = poppler_index_iter_get_child(iter);

		if (action && action->any.title && *action->any.title) {
			g_autofree gchar *line = g_strdup_printf("%*s%s",
			    (int)(2 * depth), "", action->any.title);

			doc_work_str(work, DOC_F_OUTLINE, line);
		}
		if (action)
			poppler_action_free(action);
		if (child && depth < MAX_OUTLINE_DEPTH)
			say_outline(work, child, depth + 1, said);
		poppler_index_iter_free(child);
	} while (++*said < MAX_OUTLINE && poppler_index_iter_next(iter));
}

/* XMP with glib's parser, for the engine has no other.  What is no structure
 * names a property (xmp.c). */
struct packet {
	struct doc_meta *meta;
	char name[64];
};

static void
packet_start(GMarkupParseContext *context, const gchar *element,
    const gchar **names, const gchar **values, gpointer user, GError **e)
{
	struct packet *packet = user;
	const char *colon = strchr(element, ':');

	(void)context;
	(void)e;
	if (!g_str_has_prefix(element, "rdf:"))
		g_strlcpy(packet->name, colon ? colon + 1 : element,
		    sizeof(packet->name));
	for (; strcmp(element, "rdf:Description") == 0 && *names;
	     names++, values++) {
		colon = strchr(*names, ':');
		if (colon && !g_str_has_prefix(*names, "xmlns") &&
		    !g_str_has_prefix(*names, "rdf:"))
			doc_meta_raw(packet->meta, colon + 1, *values,
			    strlen(*values));
	}
}

static void
packet_text(GMarkupParseContext *context, const gchar *s, gsize n,
    gpointer user, GError **e)
{
	struct packet *packet = user;

	(void)context;
	(void)e;
	doc_meta_raw(packet->meta, packet->name, s, n);
}

static void
say_packet(struct doc_meta *meta, const char *xmp)
{
	static const GMarkupParser parser = { .start_element = packet_start,
		.text = packet_text };
	struct packet packet = { .meta = meta };
	const char *begin = strstr(xmp, "<x:xmpmeta");
	const char *end = begin ? strstr(begin, "</x:xmpmeta>") : NULL;
	GMarkupParseContext *context;

	if (!end)
		return;
	context = g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS,
	    &packet, NULL);
	g_markup_parse_context_parse(context, begin,
	    end - begin + (gssize)strlen("</x:xmpmeta>"), NULL);
	g_markup_parse_context_free(context);
}

/* Custom keys of the information dictionary have no call in poppler-glib. */
static void
say_raw(const struct doc_pdf *pdf, const struct doc_text *text)
{
	g_autofree gchar *xmp = NULL;
	g_autofree gchar *tool = NULL;
	g_autofree gchar *version = NULL;
	struct doc_meta meta = { 0 };

	doc_meta_begin(&meta, text);
	if (!meta.raw)
		return;
	tool = poppler_document_get_creator(pdf->doc);
	version = poppler_document_get_pdf_version_string(pdf->doc);
	xmp = poppler_document_get_metadata(pdf->doc);
	if (tool)
		doc_meta_raw(&meta, "Creator", tool, strlen(tool));
	if (version)
		doc_meta_raw(&meta, "version", version, strlen(version));
	if (xmp)
		say_packet(&meta, xmp);
	doc_meta_release(&meta);
}

void
doc_pdf_facts(const struct doc_pdf *pdf, const struct doc_text *text)
{
	struct doc_work *work = text->work;
	PopplerIndexIter *iter;
	unsigned said = 0;
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
	iter = poppler_index_iter_new(d);
	if (iter)
		say_outline(work, iter, 0, &said);
	poppler_index_iter_free(iter);
	say_raw(pdf, text);
}
