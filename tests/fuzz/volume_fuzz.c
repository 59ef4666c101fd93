/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volume_fuzz - what an archive says of its parts, and what parts are called.
 *
 * The first byte is how many files the rest was joined from.  A name that is
 * one of several is its own name in its set, and all that could lead it are
 * names that lead.
 */
#include "lib/format/volume.h"
#include "lib/record/volname.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_name(const char *name, size_t len)
{
	char out[DOC_VOLNAME_SIZE];
	struct doc_volname v, own;

	if (!doc_volname_parse(name, len, &v) || memchr(name, '\0', len))
		return;
	/* x.Zip is called x.ZIP by us, and nobody else. */
	if (v.kind == DOC_VOLNAME_NUMBER || v.kind == DOC_VOLNAME_RAR) {
		assert(doc_volname_name(name, len, &v, v.at, false, out));
		assert(strlen(out) == len && memcmp(out, name, len) == 0);
	}
	for (unsigned i = 0;; i++) {
		own = v;
		if (!doc_volname_leader(name, len, i, &own, out))
			break;
		assert(i < 8 && strlen(out) < DOC_VOLNAME_SIZE);
		assert(doc_volname_parse(out, strlen(out), &own));
		assert(own.kind == v.kind && doc_volname_leads(&own));
	}
}

static void
check_bytes(const char *p, size_t n, unsigned volumes)
{
	struct doc_input in = { .fd = -1,
		.data = p,
		.size = n,
		.whole = n,
		.media = "",
		.volumes = volumes };
	struct doc_error end = { 0 };
	const char *e = doc_zip_end(&in);

	assert(e == NULL || (e >= p && e + 22 <= p + n));
	(void)!doc_volume_lacks(&in, &end, false);
	(void)!doc_volume_lacks(&in, &end, true);
	(void)!doc_volume_is_mixed(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p;

	if (size < 2 || (p = quiet_copy(data + 1, size - 1)) == NULL)
		return 0;
	check_bytes(p, size - 1, data[0] % 8);
	check_name(p, size - 1);
	free(p);
	return 0;
}
