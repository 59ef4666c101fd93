/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sniff_fuzz - which kind of text, zip or OLE2 is it: our own looks, without
 * libmagic.  What they say must be a media type.
 */
#include "lib/format/behind.h"
#include "lib/format/mbox.h"
#include "lib/format/pdf_peek.h"
#include "lib/format/sniff_kind.h"
#include "lib/format/uu.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mbox(const char *p, size_t n)
{
	size_t at = 0, from, len, last = 0;

	(void)doc_mbox_is(p, n);
	while (doc_mbox_next(p, n, &at, &from, &len)) {
		assert(from <= n && len <= n - from);
		assert(at > last && at <= n);
		last = at;
	}
}

static void
check_behind(const struct doc_input *in)
{
	struct doc_behind found;

	if (!doc_behind_find(in, &found))
		return;
	assert(found.len > 0 && found.from < in->size &&
	    found.len <= in->size - found.from);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool (*const looks[])(const struct doc_input *in,
	    char media[128]) = { doc_sniff_quick, doc_sniff_zip, doc_sniff_ole,
		doc_sniff_text };
	struct doc_input in = { .fd = -1, .media = "" };
	char *p = quiet_copy(data, size);

	/* An empty file has its own media type, before any look. */
	if (p == NULL || size == 0) {
		free(p);
		return 0;
	}
	in.data = p;
	in.size = size;
	for (size_t i = 0; i < DOC_LEN(looks); i++) {
		char media[128];

		memset(media, 'x', sizeof(media));
		if (!looks[i](&in, media))
			continue;
		assert(memchr(media, '\0', sizeof(media)) != NULL);
		assert(strchr(media, '/') != NULL);
		for (const char *c = media; *c; c++)
			assert(*c > 0x20 && *c < 0x7f);
	}
	check_mbox(p, size);
	check_behind(&in);
	(void)doc_pdf_may_attach(p, size);
	(void)doc_uu_has(p, size);
	free(p);
	return 0;
}
