/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dococr's second engine, for --searchable-pdf - the words that were read laid
 * under the pages of the document; runs in a cage.
 *
 * It reads one file, which dococr makes: the document and the words' places.
 */
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"
#include "lib/engine/graft.h"
#include "lib/engine/leptonica.h"
#include "lib/format/sample.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

static struct doc_ocr_options options = DOC_OCR_DEFAULTS;

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	(void)err;
	return 0;
}

/* --- a picture file: a PDF of its pages first ------------------------------*/

/* Bytes of all pages together that a picture may become. */
#define PICTURE_MOST ((size_t)1 << 30)

struct pages {
	struct doc_buf *at; /* a PDF for each */
	unsigned count;
	size_t bytes;
};

static void
release_pages(struct pages *p)
{
	for (unsigned i = 0; i < p->count; i++)
		doc_buf_release(&p->at[i]);
	free(p->at);
}

/* The last page that was read, by the rows: "page 3 ...". */
static unsigned
last_page(const char *rows, size_t len)
{
	unsigned last = 0;

	for (const char *p = rows, *end = rows + len; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (end - p > 5 && memcmp(p, "page ", 5) == 0 && nl != NULL) {
			unsigned long n = strtoul(p + 5, NULL, 10);

			last = (unsigned)DOC_MAX((unsigned long)last,
			    DOC_MIN(n, 100000UL));
		}
		if (nl == NULL)
			break;
		p = nl + 1;
	}
	return last;
}

static int
make_pages(const struct doc_input *document, unsigned count,
    struct pages *pages, struct doc_work *work, struct doc_error *err)
{
	struct doc_input one = *document;

	pages->at = calloc(count, sizeof(*pages->at));
	if (pages->at == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	for (one.page = 1; one.page <= count; one.page++) {
		struct doc_buf *b = &pages->at[pages->count++];

		b->max = PICTURE_MOST - pages->bytes;
		if (doc_leptonica_pdf(&one, b, err) < 0)
			return -1;
		pages->bytes += b->len;
		doc_work_progress(work, 0, 0, 0);
	}
	return 0;
}

static int
open_picture(const struct doc_input *document, unsigned count,
    struct pages *pages, struct doc_graft **graft, struct doc_work *work,
    struct doc_error *err)
{
	if (count == 0)
		return doc_error_set(err, DOC_E_PROTOCOL, "no page was read");
	if (make_pages(document, count, pages, work, err) < 0 ||
	    doc_graft_new(graft, pages->at[0].data, pages->at[0].len, err) < 0)
		return -1;
	doc_graft_forget(*graft);
	for (unsigned i = 1; i < pages->count; i++)
		if (doc_graft_append(*graft, pages->at[i].data,
			pages->at[i].len, err) < 0)
			return -1;
	return 0;
}

/* --- any document ----------------------------------------------------------*/

static int
work(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	struct doc_graft *graft = NULL;
	struct pages pages = { 0 };
	struct doc_input document;
	const char *rows;
	size_t len;
	int rc;

	if (doc_graft_open(in, &document, &rows, &len, err) < 0)
		return -1;
	if (doc_media_family(in->media) == DOC_FAMILY_PDF)
		rc = doc_graft_new(&graft, document.data, document.size, err);
	else
		rc = open_picture(&document, last_page(rows, len), &pages,
		    &graft, work, err);
	if (rc == 0)
		rc = doc_graft_rows(graft, rows, len, work, err);
	if (rc == 0)
		rc = doc_graft_write(graft, work, err);
	doc_graft_free(graft);
	release_pages(&pages);
	return rc;
}

/* A picture becomes a page with a word on it. */
static int
canary(struct doc_work *w, struct doc_error *err)
{
	static const char rows[] = "page 1 96 64\n1 9 90 9 8 docpipe\nend\n";
	const struct doc_sample *s = &doc_sample_picture;
	doc_autobuf struct doc_buf file = { 0 };
	struct doc_input in = { .fd = -1, .media = "image/png", .page = 0 };

	doc_buf_add(&file, s->data, s->size);
	doc_buf_adds(&file, rows);
	if (doc_buf_addf(&file, DOC_GRAFT_TAIL_FORMAT, (uintmax_t)s->size) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	in.data = file.data;
	in.size = file.len;
	if (work(&in, w, err) < 0)
		return -1;
	if (lseek(w->out, 0, SEEK_END) <= 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "the sample gave an empty document");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docgraft = {
		.name = "docgraft",
		.profile = &doc_profile_graft,
		.opts = { doc_ocr_opts, &options },
		.load = load,
		.work = work,
		.canary = canary,
	};

	return doc_zygote_main(&docgraft, argc, argv);
}
