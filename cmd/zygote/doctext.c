/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctext's engine for PDF; runs in a cage.  What it maps is what forking and
 * ending a worker costs: nothing but poppler is linked, and other documents
 * have an engine of their own (docoffice.c).
 *
 * Linked with lib/format/pdf_nocolour.c: text needs no colour transforms, and
 * without them poppler is a tenth faster.
 */
#include <string.h>

#include "cmd/options.h"
#include "lib/format/passwords.h"
#include "lib/format/pdf.h"
#include "lib/format/sample.h"
#include "lib/pool/zygote.h"

static struct doc_text_options options;

static struct doc_buf passwords;

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	return doc_passwords_read(options.password_file, &passwords, err) < 0
	    ? -1
	    : doc_pdf_warm(err);
}

static int
extract(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	const struct doc_text_wish wish = { .metadata = options.metadata,
		.join = options.join,
		.passwords = passwords.data };

	return doc_text_job(doc_pdf_text, &wish, in, work, err);
}

/* The text of a CJK PDF without embedded fonts: poppler without its data files
 * says "no text", with success. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_pdf_cjk;
	struct doc_input in = { .fd = -1,
		.data = s->data,
		.size = s->size,
		.media = "application/pdf" };
	char got[4096];
	ssize_t n;

	if (extract(&in, work, err) < 0)
		return -1;
	n = pread(work->out, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	if (strstr(got, s->expect) == NULL)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no text in a CJK PDF: is poppler-data installed?");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote doctext = {
		.name = "doctext",
		.profile = &doc_profile_text,
		.opts = { doc_text_opts, &options },
		.load = load,
		.work = extract,
		.canary = canary,
	};

	return doc_zygote_main(&doctext, argc, argv);
}
