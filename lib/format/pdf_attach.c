/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/pdf_attach.h"

#include <poppler.h>
#include <stdio.h>
#include <string.h>

#include "lib/format/member.h"
#include "lib/format/pdf_impl.h"

/* The heart beats for every so many pages. */
enum { BEAT_PAGES = 32 };

struct lister {
	struct doc_work *work;
	struct doc_member member;
	struct doc_error *err;
	struct doc_error bad; /* of the member that is being written */
	unsigned seen, refused;
	GHashTable *known; /* what was delivered: name, size, checksum */
};

/* A file that hangs on several notes is one file: has it been delivered?  What
 * has no checksum is taken for another one. */
static bool
delivered(struct lister *l, const char *name, PopplerAttachment *a)
{
	const GString *sum = poppler_attachment_get_checksum(a);
	g_autofree gchar *hex = NULL;

	if (sum == NULL || sum->len == 0)
		return false;
	hex = g_base64_encode((const guchar *)sum->str, sum->len);
	return !g_hash_table_add(l->known,
	    g_strdup_printf("%s %zu %s", hex, poppler_attachment_get_size(a),
		name));
}

static gboolean
write_piece(const gchar *p, gsize n, gpointer user, GError **e)
{
	struct lister *l = user;

	if (doc_member_write(&l->member, p, n, l->member.end, &l->bad) == 0)
		return TRUE;
	g_set_error_literal(e, POPPLER_ERROR, POPPLER_ERROR_INVALID, "limit");
	return FALSE;
}

/* -1 when no more are wanted. */
static int
deliver(struct lister *l, PopplerAttachment *a)
{
	const gchar *given = poppler_attachment_get_name(a);
	g_autoptr(GDateTime) changed = poppler_attachment_get_mtime(a);
	g_autoptr(GError) e = NULL;
	char made[32];
	bool whole;

	l->bad = (struct doc_error){ 0 };
	snprintf(made, sizeof(made), "attachment-%u", l->seen + 1);
	if (given == NULL || *given == '\0')
		given = made;
	if (delivered(l, given, a))
		return 0;
	l->seen++;
	doc_member_begin(&l->member, given, strlen(given));
	if (changed != NULL && g_date_time_to_unix(changed) >= 0)
		doc_work_int(l->work, DOC_F_MTIME,
		    (uint64_t)g_date_time_to_unix(changed));
	whole = poppler_attachment_save_to_callback(a, write_piece, l, &e);
	if (!whole && l->bad.code == DOC_E_NONE)
		doc_error_set(&l->bad, DOC_E_DAMAGED,
		    "the attachment cannot be read");
	if (l->bad.code != DOC_E_NONE) {
		l->refused++;
		doc_work_reason(l->work, doc_reason_of(l->bad.code));
	}
	if (l->member.refused) {
		*l->err = l->bad;
		return -1;
	}
	return doc_member_end(&l->member, &l->bad, l->err);
}

static int
list_document(struct lister *l, PopplerDocument *doc)
{
	GList *list = poppler_document_get_attachments(doc);
	int rc = 0;

	for (GList *i = list; i != NULL && rc == 0; i = i->next)
		rc = deliver(l, i->data);
	g_list_free_full(list, g_object_unref);
	return rc;
}

/* NULL: it is another kind of annotation, or has none. */
static PopplerAttachment *
attached(const PopplerAnnotMapping *m)
{
	if (poppler_annot_get_annot_type(m->annot) !=
	    POPPLER_ANNOT_FILE_ATTACHMENT)
		return NULL;
	return poppler_annot_file_attachment_get_attachment(
	    POPPLER_ANNOT_FILE_ATTACHMENT(m->annot));
}

static int
list_page(struct lister *l, PopplerPage *page)
{
	GList *list = poppler_page_get_annot_mapping(page);
	int rc = 0;

	for (GList *i = list; i != NULL && rc == 0; i = i->next) {
		PopplerAttachment *a = attached(i->data);

		if (a != NULL)
			rc = deliver(l, a);
		g_clear_object(&a);
	}
	poppler_page_free_annot_mapping(list);
	return rc;
}

static int
list_pages(struct lister *l, struct doc_pdf *pdf)
{
	int rc = 0;

	for (unsigned i = 0; i < pdf->pages && rc == 0; i++) {
		PopplerPage *page = doc_pdf_page(pdf, i);

		if (i % BEAT_PAGES == 0)
			doc_work_progress(l->work, l->seen, 0, 0);
		if (page != NULL)
			rc = list_page(l, page);
		doc_pdf_page_free(page);
	}
	return rc;
}

int
doc_pdf_attach_list(const struct doc_input *in, const char *passwords,
    struct doc_work *work, struct doc_error *err)
{
	doc_autopdf struct doc_pdf pdf = { .passwords = passwords };
	struct lister l = { .work = work, .err = err };
	int rc;

	if (doc_pdf_open(&pdf, in, err) < 0 ||
	    doc_member_init(&l.member, work, err) < 0)
		return -1;
	l.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	rc = list_document(&l, pdf.doc);
	if (rc == 0)
		rc = list_pages(&l, &pdf);
	g_hash_table_unref(l.known);
	doc_member_release(&l.member);
	doc_work_int(work, DOC_F_SEEN, l.seen);
	doc_work_int(work, DOC_F_REFUSED, l.refused + (rc < 0));
	return rc;
}
