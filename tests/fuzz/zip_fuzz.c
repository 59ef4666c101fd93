/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zip_fuzz - the directory of a zip package, and its parts.
 *
 * A part that is listed can be asked for, and is not larger than the cap.
 */
#include "lib/format/archive.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 1 << 20, PARTS = 50 };

static void
read_all(struct doc_package *pkg)
{
	const char *const *names = doc_package_names(pkg);

	for (size_t i = 0; names[i] != NULL && i < PARTS; i++) {
		doc_autobuf struct doc_buf b = { .max = CAP };
		struct doc_error err = { 0 };
		int rc = doc_package_read(pkg, names[i], &b, &err);

		assert(doc_package_has(pkg, names[i]));
		assert(rc == 1 || (rc == -1 && err.code != DOC_E_NONE));
		assert(b.len <= CAP);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p = quiet_copy(data, size);
	struct doc_input in = { .fd = -1,
		.media = "",
		.data = p,
		.size = size };
	struct doc_package *pkg;
	bool hides;
	struct doc_error err = { 0 };

	if (p == NULL)
		return 0;
	if (doc_package_open(&in, &pkg, &err) == 0) {
		read_all(pkg);
		(void)doc_package_is_dense(pkg, &hides);
		doc_package_free(pkg);
	}
	if (doc_package_peek(&in, &pkg, &err) == 0) {
		(void)doc_package_has(pkg, "mimetype");
		doc_package_free(pkg);
	}
	free(p);
	return 0;
}
