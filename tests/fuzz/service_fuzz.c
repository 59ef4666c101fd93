/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service_fuzz - what other programs answer: an OCR service, and clamd.
 *
 * The first byte chooses.
 */
#include "lib/engine/clamd_impl.h"
#include "lib/engine/ocr_answer.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct doc_answer_form forms[] = { { "text", NULL },
	{ "tsv", NULL }, { "hocr", NULL }, { "json:/a/*/text", "/error" },
	{ "json:/result/*/*", NULL }, { "json:/", "/0" } };

static void
check_ocr(const struct doc_answer_form *form, const char *p, size_t n)
{
	doc_autobuf struct doc_buf keep = { 0 };
	struct doc_input in = { .fd = -1,
		.media = "",
		.data = p,
		.size = n,
		.whole = n };
	struct doc_error err = { 0 };
	struct doc_work work;
	struct doc_text text;
	int confidence = -1;

	quiet_init(&work, &text, &keep);
	if (doc_ocr_answer(&in, form, &text, &confidence, &err) == 0)
		assert(confidence >= -1 && confidence <= 100);
	else
		assert(err.code != DOC_E_NONE);
	quiet_check(&text, &keep);
}

static void
check_clamd(const char *line)
{
	char alert[DOC_CLAMD_LINE];
	struct doc_error err = { 0 };

	if (doc_clamd_read(line, alert, &err) == 1)
		assert(memchr(alert, '\0', sizeof(alert)) != NULL);
	(void)doc_clamd_built(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p;

	if (size < 1 || (p = malloc(size)) == NULL)
		return 0;
	memcpy(p, data + 1, size - 1);
	p[size - 1] = '\0';
	if (data[0] % 7 < DOC_LEN(forms))
		check_ocr(&forms[data[0] % 7], p, size - 1);
	else
		check_clamd(p);
	free(p);
	return 0;
}
