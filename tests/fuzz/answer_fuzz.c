/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer_fuzz - what a worker sends: fields and failures.
 *
 * The first two bytes choose the stages that are allowed; the rest is the
 * payload of a frame.  What is taken must become JSON that is JSON.
 */
#include <assert.h>
#include <string.h>

#include "lib/pool/answer.h"
#include "lib/record/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_fields(unsigned stages, const char *p, size_t n)
{
	struct doc_answer a = { 0 };
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	struct doc_json j;
	struct doc_value *v;

	if (doc_answer_add(&a, stages, p, n, &err) < 0)
		assert(err.code == DOC_E_PROTOCOL);
	for (unsigned f = 1; f < DOC_F_COUNT; f++)
		assert(!a.set[f] || (doc_field_info(f)->stages & stages) != 0);
	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_answer_write(&a, &j, NULL);
	doc_json_close(&j, '}');
	assert(!j.failed);
	v = doc_value_parse(b.data, b.len);
	assert(v != NULL);
	doc_value_free(v);
	doc_answer_release(&a);
}

static void
check_failure(const char *p, size_t n)
{
	struct doc_error err = { 0 };

	if (doc_failure_unpack(p, n, &err) < 0)
		return;
	assert(err.code < DOC_E_COUNT);
	for (const char *c = err.msg; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p;

	if (size < 2 || (p = malloc(size - 2 ? size - 2 : 1)) == NULL)
		return 0;
	memcpy(p, data + 2, size - 2);
	check_fields(data[0] & 0x7fU, p, size - 2);
	check_failure(p, size - 2);
	free(p);
	return 0;
}
