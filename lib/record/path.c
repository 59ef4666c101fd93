/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "lib/base/base64.h"
#include "lib/base/digest.h"
#include "lib/base/utf8.h"
#include "lib/record/path.h"

/* For people: bad bytes as U+FFFD. */
static void
readable(struct doc_json *j, const char *key, const char *p, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_utf8_repair(&b, p, n) < 0)
		j->failed = true;
	else
		doc_json_strn(j, key, b.len ? b.data : "", b.len);
}

static void
exact(struct doc_json *j, const char *key, const char *p, size_t n)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_base64_encode(&b, p, n) < 0)
		j->failed = true;
	else
		doc_json_strn(j, key, b.len ? b.data : "", b.len);
}

static bool
is_utf8(const char *p, size_t n)
{
	return doc_utf8_valid(p, n) == n && memchr(p, '\0', n) == NULL;
}

/* What people read: the bytes, or what they mean. */
static const struct doc_buf *
shown(const struct doc_name *name, size_t i)
{
	const struct doc_buf *m = &name->members[i];

	if (name->shown == NULL || name->shown[i].len == 0 ||
	    is_utf8(m->data ? m->data : "", m->len))
		return m;
	return &name->shown[i];
}

static uint32_t
nth(const struct doc_name *name, size_t i)
{
	return name->nth != NULL ? name->nth[i] : 1;
}

/* Nothing, where each is the first of its name. */
static void
write_nth(struct doc_json *j, const struct doc_name *name)
{
	bool first = true;

	for (size_t i = 0; i < name->member_count; i++)
		first = first && nth(name, i) == 1;
	if (first)
		return;
	doc_json_open(j, "member_nth", '[');
	for (size_t i = 0; i < name->member_count; i++)
		doc_json_int(j, NULL, nth(name, i));
	doc_json_close(j, ']');
}

static void
write_members(struct doc_json *j, const struct doc_name *name)
{
	bool all = true;

	doc_json_open(j, "member", '[');
	for (size_t i = 0; i < name->member_count; i++) {
		const struct doc_buf *m = &name->members[i];
		const struct doc_buf *s = shown(name, i);

		readable(j, NULL, s->data ? s->data : "", s->len);
		all = all && is_utf8(m->data ? m->data : "", m->len);
	}
	doc_json_close(j, ']');
	if (!all) {
		doc_json_open(j, "member_b64", '[');
		for (size_t i = 0; i < name->member_count; i++)
			exact(j, NULL, name->members[i].data,
			    name->members[i].len);
		doc_json_close(j, ']');
	}
	write_nth(j, name);
}

void
doc_name_write(struct doc_json *j, const struct doc_name *name)
{
	readable(j, "path", name->path, name->path_len);
	if (!is_utf8(name->path, name->path_len))
		exact(j, "path_b64", name->path, name->path_len);
	if (name->member_count > 0)
		write_members(j, name);
}

/* No name is so long: this is none. */
static void
digest_nth(struct doc_digest *d, uint32_t nth)
{
	unsigned char mark[16];

	memset(mark, 0xff, 8);
	memset(mark + 8, 0, 4);
	for (int i = 0; i < 4; i++)
		mark[12 + i] = (unsigned char)(nth >> (24 - 8 * i));
	doc_digest_add(d, mark, sizeof(mark));
}

void
doc_name_id(const struct doc_name *name, char id[static DOC_ID_SIZE])
{
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_field(&d, name->tenant, strlen(name->tenant));
	doc_digest_field(&d, name->path, name->path_len);
	for (size_t i = 0; i < name->member_count; i++) {
		doc_digest_field(&d, name->members[i].data,
		    name->members[i].len);
		if (nth(name, i) > 1)
			digest_nth(&d, nth(name, i));
	}
	doc_digest_hex(&d, hex);
	memcpy(id, hex, DOC_ID_SIZE - 1);
	id[DOC_ID_SIZE - 1] = '\0';
}

void
doc_record_copy_name(const struct doc_record *rec, struct doc_json *j)
{
	static const char *const keys[] = { "id", "tenant", "path", "path_b64",
		"member", "member_b64", "member_nth" };

	for (size_t i = 0; i < DOC_LEN(keys); i++) {
		const struct doc_json_member *m = doc_record_find(rec, keys[i]);

		if (m != NULL)
			doc_json_raw(j, keys[i], rec->line + m->value,
			    m->value_len);
	}
}

int
doc_record_path(const struct doc_record *rec, struct doc_buf *buf)
{
	doc_autobuf struct doc_buf b64 = { 0 };
	size_t before = buf->len;
	int rc = doc_record_str(rec, "path_b64", &b64);

	if (rc == 1 && doc_buf_reserve(buf, b64.len) < 0)
		return -1;
	if (rc == 0)
		rc = doc_record_str(rec, "path", buf);
	else if (rc == 1 &&
	    doc_base64_decode(buf, b64.len ? b64.data : "", b64.len) < 0)
		return 0;
	if (rc == 1 &&
	    (buf->len == before ||
		memchr(buf->data + before, '\0', buf->len - before)))
		return 0;
	return rc;
}

static int
label_nth(struct doc_buf *buf, int64_t nth)
{
	return nth > 1 ? doc_buf_addf(buf, " #%jd", (intmax_t)nth) : 0;
}

int
doc_name_label(const struct doc_name *name, struct doc_buf *buf)
{
	if (doc_utf8_repair(buf, name->path, name->path_len) < 0)
		return -1;
	for (size_t i = 0; i < name->member_count; i++)
		if (doc_buf_adds(buf, " > ") < 0 ||
		    doc_utf8_repair(buf, shown(name, i)->data,
			shown(name, i)->len) < 0 ||
		    label_nth(buf, nth(name, i)) < 0)
			return -1;
	return 0;
}

int
doc_record_label(const struct doc_record *rec, struct doc_buf *buf)
{
	doc_autovalue struct doc_value *members = doc_record_value(rec,
	    "member");
	doc_autovalue struct doc_value *numbers = doc_record_value(rec,
	    "member_nth");

	if (doc_record_str(rec, "path", buf) < 0)
		return -1;
	for (size_t i = 0; i < doc_value_count(members); i++) {
		const char *m = doc_value_str(doc_value_at(members, i));

		if (doc_buf_addf(buf, " > %s", m ? m : "?") < 0 ||
		    label_nth(buf, doc_value_int(doc_value_at(numbers, i), 1)) <
			0)
			return -1;
	}
	return 0;
}

bool
doc_tenant_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 64 || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '.' &&
		    name[i] != '_' && name[i] != '-')
			return false;
	return true;
}
