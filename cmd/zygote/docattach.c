/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docattach - doclist's third engine: the files attached to a PDF, and the
 * messages in a store of Outlook; runs in a cage.
 *
 * Apart from the one that opens containers, because poppler would be forked
 * with every archive; started when the first such file comes.
 */
#include <string.h>

#include "cmd/options.h"
#include "lib/format/inflate.h"
#include "lib/format/passwords.h"
#include "lib/format/pdf.h"
#include "lib/format/pdf_attach.h"
#include "lib/format/pst.h"
#include "lib/format/sample.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"

static struct doc_open_options options;
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
list(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	return doc_media_family(in->media) == DOC_FAMILY_PST
	    ? doc_pst_list(in, work, err)
	    : doc_pdf_attach_list(in, passwords.data, work, err);
}

struct seen {
	struct doc_work work; /* first: ops cast */
	const char *expect;
	unsigned members;
};

static int
see_put(struct doc_work *w, const void *p, size_t n, struct doc_error *err)
{
	(void)err;
	struct seen *seen = (struct seen *)w;

	seen->members += memmem(p, n, seen->expect, strlen(seen->expect)) !=
	    NULL;
	return 0;
}

/* One document, which must have one member with that in it. */
static int
expect(const struct doc_work *work, const struct doc_input *in,
    const char *text, struct doc_error *err)
{
	static const struct doc_work_ops ops = { .member_put = see_put };
	struct seen seen = { .work = { .ops = &ops, .out = work->out },
		.expect = text };

	if (list(in, &seen.work, err) < 0)
		return -1;
	if (seen.members != 1)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no member in a document of type %s that has one",
		    in->media);
	return 0;
}

static int
unpack(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	return doc_buf_add(ctx, p, n) < 0
	    ? doc_error_set(err, DOC_E_MEMORY, "sample")
	    : 0;
}

static int
canary_store(const struct doc_work *work, struct doc_error *err)
{
	const struct doc_sample *s = &doc_sample_store;
	doc_autobuf struct doc_buf store = { 0 };
	struct doc_input in = { .fd = -1,
		.media = "application/vnd.ms-outlook-pst" };

	if (doc_inflate(s->data, s->size, DOC_INFLATE_ZLIB, unpack, &store,
		err) < 0)
		return -1;
	in.data = store.data;
	in.size = store.len;
	return expect(work, &in, s->expect, err);
}

/* A PDF with an attachment must have a member, and a store with a message. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	static const char pdf[] =
	    "%PDF-1.4\n"
	    "1 0 obj<</Type/Catalog/Pages 2 0 R"
	    "/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>>>endobj\n"
	    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
	    "4 0 obj<</Type/Filespec/F(a.txt)/EF<</F 5 0 R>>>>endobj\n"
	    "5 0 obj<</Type/EmbeddedFile/Length 5>>stream\n"
	    "hello\nendstream endobj\n"
	    "trailer<</Root 1 0 R>>\n";
	struct doc_input in = { .fd = -1,
		.data = pdf,
		.size = sizeof(pdf) - 1,
		.media = "application/pdf" };

	if (expect(work, &in, "hello", err) < 0)
		return -1;
	return canary_store(work, err);
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docattach = {
		.name = "docattach",
		.profile = &doc_profile_text,
		.opts = { doc_open_opts, &options },
		.load = load,
		.work = list,
		.canary = canary,
	};

	return doc_zygote_main(&docattach, argc, argv);
}
