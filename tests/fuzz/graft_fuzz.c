/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graft_fuzz - words laid under the pages of a PDF, both from strangers.
 *
 * The first two bytes, the higher first, say how many at the end are rows of
 * words; the rest is the PDF.  Pictures are for leptonica.
 */
#include <fcntl.h>

#include "lib/engine/graft.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What docgraft reads: as the fuzzer has it, so that the end may be wrong. */
static void
check_open(const char *data, size_t size)
{
	struct doc_input in = { .fd = -1, .data = data, .size = size };
	struct doc_input document;
	struct doc_error err = { 0 };
	const char *rows;
	size_t n;

	if (doc_graft_open(&in, &document, &rows, &n, &err) == 0)
		assert(document.data == data && rows == data + document.size &&
		    document.size + n + DOC_GRAFT_TAIL == size);
	else
		assert(err.code == DOC_E_PROTOCOL);
}

/* A content stream of letters, and nothing else. */
static void
check_words(const char *rows, size_t n)
{
	static const struct doc_graft_frame frame = { 0.24, 0, 0, -0.24, 0,
		842 };
	doc_autobuf struct doc_buf out = { 0 };

	assert(doc_graft_words(rows, n, &frame, "F", &out) == 0);
	assert(strlen(doc_buf_str(&out)) == out.len);
	assert(strstr(doc_buf_str(&out), "nan") == NULL);
	assert(strstr(doc_buf_str(&out), "inf") == NULL);
}

static void
check_pdf(const char *pdf, size_t size, const char *rows, size_t n)
{
	struct doc_work work = { .ops = &quiet_ops,
		.out = open("/dev/null", O_WRONLY | O_CLOEXEC) };
	struct doc_error err = { 0 };
	struct doc_graft *graft = NULL;

	if (doc_graft_new(&graft, pdf, size, &err) < 0 ||
	    doc_graft_append(graft, pdf, size, &err) < 0 ||
	    doc_graft_rows(graft, rows, n, &work, &err) < 0 ||
	    doc_graft_write(graft, &work, &err) < 0)
		assert(err.code != DOC_E_NONE);
	doc_graft_free(graft);
	close(work.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;
	char *p;

	if (size < 2 || (p = quiet_copy(data + 2, size - 2)) == NULL)
		return 0;
	size -= 2;
	n = DOC_MIN((size_t)data[0] << 8 | data[1], size);
	check_open(p, size);
	check_words(p + size - n, n);
	check_pdf(p, size - n, p + size - n, n);
	free(p);
	return 0;
}
