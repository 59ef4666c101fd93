/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docsniff - doclist's first engine: digest and media type; runs in a cage.
 *
 * Apart from the one that opens containers, because every document comes
 * through here: with two libraries instead of sixty a fork costs a third, and
 * what computes the digest holds no archive parser.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/starved.h"
#include "lib/cage/fate.h"
#include "lib/format/sniff.h"
#include "lib/pool/batch.h"
#include "lib/pool/zygote.h"

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	return doc_sniff_load(err);
}

/* The type of one of many, caught on its way to the supervisor. */
struct catch
{
	struct doc_work work; /* first: ops cast */
	struct doc_work *to;
};

static void
catch_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	struct doc_work *to = ((struct catch *)w)->to;

	to->ops->field(to,
	    field == DOC_F_MEDIA      ? DOC_F_KIND
		: field == DOC_F_ALSO ? DOC_F_BESIDES
				      : DOC_F_CHARSET,
	    p, n);
}

/* The head is the supervisor's, and within the file. */
static void
sniff_batch(const struct doc_input *in, struct doc_work *work)
{
	static const struct doc_work_ops ops = { .field = catch_field };
	const struct doc_batch_head *head = (const void *)in->data;
	char media[128];

	for (uint64_t i = 0; i < head->count; i++) {
		struct catch one = { .work = { .ops = &ops }, .to = work };
		struct doc_input doc = { .fd = -1,
			.data = in->data + head->span[i].at,
			.size = head->span[i].len,
			.media = "" };

		doc_sniff(&doc, &one.work, media);
		/* What is not answered comes again, by itself, and what is said
		 * of it then is of it alone. */
		if (doc_starved())
			_exit(DOC_EXIT_MEMORY);
		work->ops->member_close(work, NULL, DOC_R_NONE);
	}
}

/* The digest leaves before libmagic sees a byte (pool/worker.c), so that a
 * library taken over cannot lie about it (the first one counts,
 * pool/answer.c). */
static int
say_digest(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	static char piece[256 << 10];
	uint64_t at = in->size;
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_add(&d, in->data, in->size);
	while (at < in->whole) {
		size_t want = DOC_MIN(sizeof(piece), (size_t)(in->whole - at));
		ssize_t n = pread(in->fd, piece, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return doc_error_sys(err, "cannot read the file");
		if (n == 0)
			return doc_error_set(err, DOC_E_CHANGED,
			    "the file was cut while it was read");
		doc_digest_add(&d, piece, (size_t)n);
		at += (uint64_t)n;
	}
	doc_digest_hex(&d, hex);
	doc_work_str(work, DOC_F_SHA256, hex);
	return 0;
}

static int
sniff(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	char media[128];

	if (in->unit == DOC_UNIT_BATCH) {
		sniff_batch(in, work);
		return 0;
	}
	if (in->unit == DOC_UNIT_SNIFF && say_digest(in, work, err) < 0)
		return -1;
	doc_sniff(in, work, media);
	return 0;
}

/* A type must be told, or every document would be octet-stream. */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	static const char page[] = "<!DOCTYPE html><html><head><title>x</title>"
				   "</head><body>x</body></html>";
	struct doc_input in = { .fd = -1,
		.data = page,
		.size = sizeof(page) - 1,
		.media = "" };
	char media[128];

	doc_sniff(&in, work, media);
	if (strcmp(media, "text/html") != 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "libmagic says '%s' for HTML", media);
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docsniff = {
		.name = "docsniff",
		.profile = &doc_profile_list,
		.collapse = true,
		.head = (size_t)1 << 20, /* all that libmagic is shown */
		.load = load,
		.work = sniff,
		.canary = canary,
	};

	return doc_zygote_main(&docsniff, argc, argv);
}
