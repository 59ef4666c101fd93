/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pdf_open - open and close a document, warm poppler up. */
#include "lib/format/pdf_impl.h"

#include <poppler.h>
#include <string.h>

#include "lib/format/pdf.h"

/* One line in a font that is not embedded, so that the font index is loaded. */
static const char warm_pdf[] =
    "%PDF-1.4\n"
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 20]/Contents 4 0 R"
    "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
    "/Encoding/WinAnsiEncoding>>>>>>>>endobj\n"
    "4 0 obj<</Length 36>>stream\n"
    "BT /F 12 Tf 4 4 Td (Warm text) Tj ET\n"
    "endstream endobj\n"
    "trailer<</Root 1 0 R>>\n";

/*
 * poppler repairs and skips without telling its caller, but it says so in its
 * log (glib log domain Poppler; poppler 22.12 uses level info), which nobody
 * else reads.
 */
static const char *const repairs[] = { "reconstruct", "Invalid XRef entry",
	"Couldn't find trailer", "Couldn't read xref" };
static const char *const losses[] = { "in flate stream", "in LZW stream",
	"End of file inside", "End of file in inline", "Weird page contents",
	"Couldn't read page", "Unknown filter", "Failed to create page",
	"JBIG2", "reports syntax error", "pattern bitmap" };

static bool
has_any(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(s, words[i]))
			return true;
	return false;
}

static void
note_complaint(const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer user)
{
	struct doc_pdf *pdf = user;

	(void)domain;
	(void)level;
	if (has_any(message, repairs, DOC_LEN(repairs)))
		pdf->repaired = true;
	if (has_any(message, losses, DOC_LEN(losses)))
		pdf->broken = true;
}

static int
open_failed(const GError *e, struct doc_error *err)
{
	if (!e)
		return doc_error_set(err, DOC_E_MEMORY, "cannot open the PDF");
	if (g_error_matches(e, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
		return doc_error_set(err, DOC_E_ENCRYPTED,
		    "the PDF needs a password");
	return doc_error_set(err, DOC_E_DAMAGED, "not a readable PDF: %s",
	    e->message ? e->message : "no reason given");
}

/* Not from bytes: a wrong password is a NULL pointer there (poppler 22.12 casts
 * a copied stream to what it is not). */
static PopplerDocument *
open_with(GBytes *bytes, const char *password)
{
	g_autoptr(GInputStream)
	    stream = g_memory_input_stream_new_from_bytes(bytes);

	return poppler_document_new_from_stream(stream,
	    (goffset)g_bytes_get_size(bytes), password, NULL, NULL);
}

/* Bytes as they are, not UTF-8: up to revision 4 they are of the charset of
 * whoever set them (ISO 32000-1, 7.6.3.3). */
static PopplerDocument *
try_passwords(const struct doc_pdf *pdf, GBytes *bytes)
{
	PopplerDocument *doc = NULL;
	const char *p = pdf->passwords ? pdf->passwords : "";

	while (!doc && *p) {
		size_t n = strcspn(p, "\n");
		g_autofree gchar *word = g_strndup(p, n);

		if (n > 0)
			doc = open_with(bytes, word);
		p += n + (p[n] == '\n');
	}
	return doc;
}

int
doc_pdf_open(struct doc_pdf *pdf, const struct doc_input *in,
    struct doc_error *err)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) e = NULL;
	int pages;

	if (!in->data || in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	pdf->watch = g_log_set_handler("Poppler", G_LOG_LEVEL_MASK,
	    note_complaint, pdf);
	bytes = g_bytes_new_static(in->data, in->size);
	pdf->doc = poppler_document_new_from_bytes(bytes, NULL, &e);
	if (g_error_matches(e, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
		pdf->doc = try_passwords(pdf, bytes);
	if (!pdf->doc) {
		doc_pdf_close(pdf);
		return open_failed(e, err);
	}
	pages = poppler_document_get_n_pages(pdf->doc);
	if (pages <= 0) {
		doc_pdf_close(pdf);
		return doc_error_set(err, DOC_E_DAMAGED, "no pages found");
	}
	pdf->pages = (unsigned)pages;
	return 0;
}

void
doc_pdf_close(struct doc_pdf *pdf)
{
	g_clear_object(&pdf->doc);
	if (pdf->watch)
		g_log_remove_handler("Poppler", pdf->watch);
	pdf->watch = 0;
}

struct _PopplerPage *
doc_pdf_page(struct doc_pdf *pdf, unsigned index)
{
	return poppler_document_get_page(pdf->doc, (int)index);
}

void
doc_pdf_page_free(struct _PopplerPage *page)
{
	g_clear_object(&page);
}

/* poppler-glib has titles, form values and notes of UTF-16 converted by glibc,
 * which loads a library for that and cannot in the cage, where they would be
 * empty with success.  What is open here stays loaded for ever; it is one
 * library for both byte orders. */
static int
warm_charsets(struct doc_error *err)
{
	static GIConv kept;
	g_autofree gchar *s = NULL;

	kept = g_iconv_open("UTF-8", "UTF-16BE");
	s = g_convert("\xac\x20", 2, "UTF-8", "UTF-16LE", NULL, NULL, NULL);
	if (kept == (GIConv)-1 || g_strcmp0(s, "\u20ac") != 0)
		return doc_error_set(err, DOC_E_ENGINE, "iconv has no UTF-16");
	return 0;
}

int
doc_pdf_warm(struct doc_error *err)
{
	/* Never freed: poppler drops its tables with the last document. */
	static struct doc_pdf warm;
	const struct doc_input in = { .fd = -1,
		.data = warm_pdf,
		.size = sizeof(warm_pdf) - 1 };
	const struct doc_pdf_render how = { .page = 1, .box = 64 };
	doc_autopixels struct doc_pixels px = { 0 };
	doc_autobuf struct doc_buf text = { 0 };
	struct _PopplerPage *page;
	unsigned pages;

	if (warm_charsets(err) < 0 || doc_pdf_open(&warm, &in, err) < 0)
		return -1;
	page = doc_pdf_page(&warm, 0);
	if (page)
		(void)doc_pdf_page_text(page, &text);
	doc_pdf_page_free(page);
	if (!text.data || !strstr(doc_buf_str(&text), "Warm text"))
		return doc_error_set(err, DOC_E_ENGINE,
		    "poppler finds no text in its sample");
	return doc_pdf_pixels(&in, &how, &px, &pages, err);
}
