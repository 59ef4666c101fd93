/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/version.h"
#include "lib/record/media.h"
#include "lib/stage/intake_impl.h"

struct doc_name
item_name(const struct place *p)
{
	return (struct doc_name){ .tenant = p->tree->tenant,
		.path = p->path.data,
		.path_len = p->path.len,
		.members = p->members,
		.shown = p->shown,
		.nth = p->nth,
		.member_count = p->member_count };
}

/* Nothing was found in it, or not all: because the rest is elsewhere? */
static bool
is_volume(const struct item *it)
{
	const struct place *p = it->place;
	const struct doc_buf *name = p->member_count
	    ? &p->members[p->member_count - 1]
	    : &p->path;
	bool unknown = it->media != NULL &&
	    strcmp(it->media, "application/octet-stream") == 0;

	return (unknown || it->known.code != DOC_E_NONE || it->reasons != 0) &&
	    doc_error_class(it->known.code) != DOC_CLASS_SYSTEM &&
	    name->len > 0 && doc_media_volume(name->data, name->len);
}

void
item_judge(struct item *it)
{
	item_parts_judge(it, is_volume(it));
}

enum doc_status
item_status(const struct item *it)
{
	if (it->known.code != DOC_E_NONE)
		return it->delivered > 0 ? DOC_STATUS_PARTIAL
					 : DOC_STATUS_ERROR;
	if (it->reason != DOC_R_NONE)
		return DOC_STATUS_SKIPPED;
	return it->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
}

/* What its name says it is, if it is something else.  An empty file is not
 * anything. */
static const char *
promised(const struct item *it)
{
	const struct place *p = it->place;
	const struct doc_buf *name = p->member_count
	    ? &p->members[p->member_count - 1]
	    : &p->path;

	if (it->media == NULL || it->size == 0 || name->len == 0)
		return NULL;
	return doc_media_by_name(name->data, name->len, it->media);
}

/* A name that would leave its folder if anybody made a file of it.  Nobody
 * here does; it is said for those who might. */
static const char *
unsafe(const struct place *p)
{
	const struct doc_buf *b;
	const char *s, *end;

	if (p->member_count == 0)
		return NULL;
	b = &p->members[p->member_count - 1];
	s = b->data;
	end = s + b->len;
	if (b->len > 0 && (*s == '/' || *s == '\\'))
		return "absolute";
	if (b->len > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
		return "absolute";
	while (s < end) {
		size_t n = 0;

		while (s + n < end && s[n] != '/' && s[n] != '\\')
			n++;
		if (n == 2 && s[0] == '.' && s[1] == '.')
			return "traversal";
		s += n + 1;
	}
	return NULL;
}

/* The key `list`: what happened on opening, and the members' balance. */
static void
write_list(const struct item *it, enum doc_status status, struct doc_json *j)
{
	const char *bad_name = unsafe(it->place);
	uint64_t reasons = it->reasons;

	if (it->reason != DOC_R_NONE)
		reasons |= (uint64_t)1 << it->reason;
	if (status == DOC_STATUS_PARTIAL && reasons == 0) {
		enum doc_reason r = doc_reason_of(it->known.code);

		reasons = (uint64_t)1 << (r ? r : DOC_R_ERRORS);
	}
	doc_json_open(j, "list", '{');
	doc_json_str(j, "status", doc_status_name(status));
	doc_reasons_write(reasons, j);
	doc_error_write(&it->known, j);
	if (bad_name != NULL)
		doc_json_str(j, "unsafe_name", bad_name);
	if (it->password > 0)
		doc_json_int(j, "password", (int64_t)it->password);
	item_parts_write(it, j);
	if (it->opened) {
		doc_json_int(j, "members", (int64_t)it->seen);
		doc_json_int(j, "delivered", (int64_t)it->delivered);
		doc_json_int(j, "refused", (int64_t)it->refused);
		if (it->excluded > 0)
			doc_json_int(j, "excluded", (int64_t)it->excluded);
	}
	doc_json_close(j, '}');
}

/* The id of the first record of this content; notes this one if it is. */
static const char *
first_of(struct item *it)
{
	unsigned char key[DOC_DIGEST_BYTES];
	char *id;

	/* Of several files the others count, too. */
	if (it->sha256[0] == '\0' || it->size == 0 || it->parts != NULL)
		return NULL;
	item_key(it, key);
	id = doc_seen_find(it->intake->first, key);
	if (id != NULL)
		return id;
	id = doc_seen_add(it->intake->first, key);
	memcpy(id, it->place->id, DOC_ID_SIZE);
	return NULL;
}

static void
write_record(struct item *it, enum doc_status status, struct doc_json *j)
{
	struct doc_name name = item_name(it->place);
	const char *first = first_of(it);
	const char *by_name = promised(it);
	char time[DOC_TIME_SIZE];

	doc_json_open(j, NULL, '{');
	doc_json_int(j, "v", DOC_RECORD_VERSION);
	doc_json_str(j, "type", "doc");
	doc_json_str(j, "id", it->place->id);
	doc_json_str(j, "tenant", name.tenant);
	doc_name_write(j, &name);
	if (it->parent[0] != '\0') {
		doc_json_str(j, "parent", it->parent);
		doc_json_int(j, "depth", (int64_t)name.member_count);
	}
	if (it->has_size)
		doc_json_int(j, "size", (int64_t)it->size);
	if (it->has_mtime && doc_time_format(it->mtime, time) == 0)
		doc_json_str(j, "mtime", time);
	if (it->sha256[0] != '\0')
		doc_json_str(j, "sha256", it->sha256);
	if (it->media != NULL)
		doc_json_str(j, "media", it->media);
	if (it->also != NULL && it->media != NULL &&
	    strcmp(it->also, it->media) != 0)
		doc_json_str(j, "also", it->also);
	if (by_name != NULL)
		doc_json_str(j, "media_by_name", by_name);
	if (it->encoding != NULL)
		doc_json_str(j, "encoding", it->encoding);
	if (first != NULL && !it->intake->setup->no_duplicates)
		doc_json_str(j, "duplicate_of", first);
	if (it->data_path != NULL)
		doc_json_str(j, "data", it->data_path);
	write_list(it, status, j);
	doc_json_close(j, '}');
}

/* Only now, when its turn has come, is it certain what stands before it. */
void
item_finish(struct doc_flow *flow, struct doc_task *task)
{
	struct item *it = item_of(task);
	struct intake *in = it->intake;
	enum doc_status status = item_status(it);
	struct doc_json j;

	if (it->dropped)
		return;
	doc_json_begin(&j, &task->line);
	write_record(it, status, &j);
	if (j.failed || doc_buf_addc(&task->line, '\n') < 0)
		doc_error_set(&flow->err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	in->out++;
	in->count[status]++;
}
