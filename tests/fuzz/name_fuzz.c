/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name_fuzz - names that are bytes, in a record and back.
 *
 * Path and member names, separated by NUL.  What is written must be a record,
 * and the path read from it the same bytes; what people are shown must be
 * harmless.
 */
#include "lib/base/base64.h"
#include "lib/record/path.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEEP = 8 };

static void
check_shown(const struct doc_name *name)
{
	doc_autobuf struct doc_buf label = { 0 }, shown = { 0 };

	assert(doc_name_label(name, &label) == 0);
	assert(doc_utf8_valid(label.data, label.len) == label.len);
	assert(doc_utf8_printable(&shown, label.data, label.len) == 0);
	for (size_t i = 0; i < shown.len; i++)
		assert((unsigned char)shown.data[i] >= 0x20 &&
		    shown.data[i] != 0x7f);
}

static void
check_record(const struct doc_name *name)
{
	static struct doc_record rec;
	doc_autobuf struct doc_buf line = { 0 }, path = { 0 };
	struct doc_error err = { 0 };
	char id[DOC_ID_SIZE];
	struct doc_json j;

	doc_name_id(name, id);
	assert(strlen(id) == 32);
	doc_json_begin(&j, &line);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "doc");
	doc_json_str(&j, "id", id);
	doc_name_write(&j, name);
	doc_json_close(&j, '}');
	assert(!j.failed);
	assert(doc_record_parse(&rec, line.data, line.len, &err) == 0);
	if (name->path_len == 0)
		return;
	assert(doc_record_path(&rec, &path) == 1);
	assert(path.len == name->path_len);
	assert(memcmp(path.data, name->path, path.len) == 0);
}

static void
check_base64(const char *p, size_t n)
{
	doc_autobuf struct doc_buf text = { 0 }, back = { 0 }, other = { 0 };

	assert(doc_base64_encode(&text, p, n) == 0);
	assert(doc_base64_decode(&back, text.data, text.len) == 0);
	assert(back.len == n && memcmp(back.data, p, n) == 0);
	(void)!doc_base64_decode(&other, p, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doc_buf members[DEEP] = { 0 };
	struct doc_name name = { .tenant = "default", .members = members };
	char *p = quiet_copy(data, size);
	const char *at = p, *end = p + size;

	if (p == NULL)
		return 0;
	name.path = p;
	name.path_len = strnlen(p, size);
	at += name.path_len;
	while (at < end && name.member_count < DEEP) {
		size_t n;

		at++;
		n = strnlen(at, (size_t)(end - at));
		members[name.member_count].data = (char *)(uintptr_t)at;
		members[name.member_count++].len = n;
		at += n;
	}
	check_shown(&name);
	check_record(&name);
	check_base64(p, size);
	free(p);
	return 0;
}
