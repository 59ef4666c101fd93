/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/base64.h"
#include "lib/fleet/rebase.h"
#include "lib/record/volname.h"

/* Which one of its name each member is: as many numbers as there are names, or
 * none. */
static int
read_nth(const struct doc_record *rec, uint32_t *nth, size_t count)
{
	doc_autovalue struct doc_value *v = doc_record_value(rec, "member_nth");

	if (v != NULL && doc_value_count(v) != count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int64_t n = doc_value_int(doc_value_at(v, i), v ? 0 : 1);

		if (n < 1 || n > UINT32_MAX)
			return -1;
		nth[i] = (uint32_t)n;
	}
	return 0;
}

/* The bytes of each member name. */
static int
read_members(const struct doc_record *rec, struct doc_buf **at, size_t *count)
{
	doc_autovalue struct doc_value *plain = doc_record_value(rec, "member");
	doc_autovalue struct doc_value *b64 = doc_record_value(rec,
	    "member_b64");
	const struct doc_value *v = b64 ? b64 : plain;
	int rc = 0;

	*count = doc_value_count(v);
	*at = calloc(*count + 1, sizeof(**at));
	for (size_t i = 0; *at != NULL && rc == 0 && i < *count; i++) {
		size_t n;
		const char *s = doc_value_strn(doc_value_at(v, i), &n);

		rc = s == NULL ? -1
		    : b64      ? doc_base64_decode(&(*at)[i], s, n)
			       : doc_buf_add(&(*at)[i], s, n);
	}
	return *at ? rc : -1;
}

static bool
is(const struct doc_record *rec, int i, const char *key)
{
	return rec->members[i].key_len == strlen(key) &&
	    memcmp(rec->line + rec->members[i].key, key, strlen(key)) == 0;
}

/* A member as it is, key and all. */
static void
copy_member(const struct doc_record *rec, int i, struct doc_json *j)
{
	const struct doc_json_member *m = &rec->members[i];

	if ((j->comma && doc_buf_addc(j->buf, ',') < 0) ||
	    doc_buf_add(j->buf, rec->line + m->start,
		m->value + m->value_len - m->start) < 0)
		j->failed = true;
	j->comma = true;
}

/* The last part of a path. */
static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The id of what is called `name` in the folder of `path`. */
static void
id_beside(const char *tenant, const char *path, const char *name,
    char id[static DOC_ID_SIZE])
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_name beside = { .tenant = tenant };

	*id = '\0';
	if (doc_buf_add(&b, path, (size_t)(last_part(path) - path)) < 0 ||
	    doc_buf_adds(&b, name) < 0)
		return;
	beside.path = b.data;
	beside.path_len = b.len;
	doc_name_id(&beside, id);
}

/* A part of a split archive names the one that leads, in `list`; which of the
 * names that can have it has is told by the id it had there.  Puts the new one
 * into the end of `out`, from `at` on. */
static void
lead_anew(const struct doc_record *rec, const struct doc_name *name,
    struct doc_buf *out, size_t at)
{
	doc_autovalue struct doc_value *list = doc_record_value(rec, "list");
	const char *was = doc_value_get_str(list, "volume_of"), *old;
	char lead[DOC_VOLNAME_SIZE], id[DOC_ID_SIZE];
	doc_autobuf struct doc_buf path = { 0 };
	struct doc_volname own, v;

	if (was == NULL || strlen(was) != DOC_ID_SIZE - 1 ||
	    doc_record_path(rec, &path) != 1 ||
	    (old = doc_buf_str(&path)) == NULL ||
	    !doc_volname_parse(last_part(old), strlen(last_part(old)), &own))
		return;
	for (unsigned i = 0;; i++) {
		char *place;

		v = own;
		if (!doc_volname_leader(last_part(old), strlen(last_part(old)),
			i, &v, lead))
			return;
		id_beside(name->tenant, old, lead, id);
		if (strcmp(id, was) != 0)
			continue;
		id_beside(name->tenant, name->path, lead, id);
		place = memmem(out->data + at, out->len - at, was,
		    DOC_ID_SIZE - 1);
		if (place != NULL && *id != '\0')
			memcpy(place, id, DOC_ID_SIZE - 1);
		return;
	}
}

/* All members in their order, three of them new. */
static int
write_record(const struct doc_record *rec, const struct doc_name *name,
    struct doc_buf *out)
{
	struct doc_name alone = { .tenant = name->tenant,
		.path = name->path,
		.path_len = name->path_len };
	struct doc_name up = *name;
	char id[DOC_ID_SIZE];
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	for (int i = 0; i < rec->n; i++) {
		if (is(rec, i, "path")) {
			doc_name_write(&j, &alone);
		} else if (is(rec, i, "id")) {
			doc_name_id(name, id);
			doc_json_str(&j, "id", id);
		} else if (is(rec, i, "parent") && name->member_count > 0) {
			up.member_count = name->member_count - 1;
			doc_name_id(&up, id);
			doc_json_str(&j, "parent", id);
		} else if (!is(rec, i, "path_b64")) {
			size_t at = out->len;

			copy_member(rec, i, &j);
			if (is(rec, i, "list"))
				lead_anew(rec, name, out, at);
		}
	}
	doc_json_close(&j, '}');
	return j.failed ? -1 : 0;
}

int
doc_rebase_name(const struct doc_record *rec, const char *path,
    struct doc_buf *out, struct doc_error *err)
{
	doc_autobuf struct doc_buf tenant = { 0 };
	struct doc_buf *members = NULL;
	doc_autofree uint32_t *nth = NULL;
	struct doc_name name = { .path = path, .path_len = strlen(path) };
	size_t count = 0;
	int rc = -1;

	if (doc_record_str(rec, "tenant", &tenant) < 0 ||
	    (name.tenant = doc_buf_str(&tenant)) == NULL ||
	    read_members(rec, &members, &count) < 0 ||
	    (nth = calloc(count + 1, sizeof(*nth))) == NULL ||
	    read_nth(rec, nth, count) < 0) {
		doc_error_set(err, DOC_E_STREAM, "a record has no usable name");
	} else {
		name.members = members;
		name.nth = nth;
		name.member_count = count;
		rc = write_record(rec, &name, out);
		if (rc < 0)
			doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	for (size_t i = 0; members != NULL && i < count; i++)
		doc_buf_release(&members[i]);
	free(members);
	return rc;
}
