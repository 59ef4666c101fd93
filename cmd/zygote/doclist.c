/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doclist's engine - digest, media type, members; runs in a cage.
 */
#include <string.h>

#include "lib/base/digest.h"
#include "lib/format/archive.h"
#include "lib/format/mail.h"
#include "lib/format/sniff.h"
#include "lib/pool/zygote.h"
#include "lib/record/media.h"
#include "lib/stage/intake.h"

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	(void)facts;
	if (doc_sniff_load(err) < 0)
		return -1;
	return doc_mail_warm(err);
}

/* Before any parser sees a byte, so that a parser taken over cannot lie about
 * it; the heartbeat sends it off. */
static void
digest(const struct doc_input *in, struct doc_work *work)
{
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_add(&d, in->data, in->size);
	doc_digest_hex(&d, hex);
	doc_work_str(work, DOC_F_SHA256, hex);
	doc_work_progress(work, 0, 0, 0);
}

static int
look(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	struct doc_input named = *in;
	enum doc_family family;
	char media[128];

	digest(in, work);
	doc_sniff(in, work, media);
	doc_work_progress(work, 0, 0, 0);
	if ((doc_media_flags(media) & DOC_MEDIA_CONTAINER) == 0)
		return 0;
	if (in->unit == DOC_UNIT_LEAF) {
		doc_work_reason(work, DOC_R_DEPTH);
		return 0;
	}
	named.media = media;
	family = doc_media_family(media);
	if (family == DOC_FAMILY_MAIL || family == DOC_FAMILY_MBOX)
		return doc_mail_list(&named, work, err);
	return doc_archive_list(&named, work, err);
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
	static const struct doc_zygote doclist = {
		.name = "doclist",
		.profile = &doc_profile_list,
		.load = load,
		.work = look,
		.canary = canary,
	};

	return doc_zygote_main(&doclist, argc, argv);
}
