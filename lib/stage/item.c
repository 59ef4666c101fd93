/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/version.h"
#include "lib/record/media.h"
#include "lib/stage/intake_impl.h"
#include "lib/stage/open.h"
#include "lib/stage/show.h"

static struct item *
of(struct doc_task *task)
{
	return (struct item *)task;
}

static void free_item(struct doc_task *task);

static void
tree_drop(struct tree *t)
{
	if (t == NULL || --t->refs > 0)
		return;
	free(t->root);
	free(t);
}

static void
end_job(struct item *it)
{
	if (it->job != NULL)
		doc_answer_release(&it->job->answer);
	free(doc_steal(&it->job));
	if (it->fd >= 0)
		close(it->fd);
	it->fd = -1;
}

static void
free_members(struct item *it)
{
	while (it->first != NULL) {
		struct item *child = it->first;

		it->first = (struct item *)child->task.next;
		free_item(&child->task);
	}
	it->last = NULL;
	if (it->open != NULL)
		free_item(&it->open->task);
	it->open = NULL;
}

static void
free_item(struct doc_task *task)
{
	struct item *it = of(task);

	free_members(it);
	doc_spool_drop(&it->intake->spool, &it->data);
	for (size_t i = 0; i < it->member_count; i++)
		doc_buf_release(&it->members[i]);
	free(it->members);
	free(it->data_path);
	doc_buf_release(&it->path);
	doc_buf_release(&it->task.line);
	end_job(it);
	free(it->sha256);
	free(it->media);
	free(it->encoding);
	tree_drop(it->tree);
	free(it);
}

static void dispatch(struct doc_flow *flow, struct doc_task *task);
static int label(const struct doc_task *task, struct doc_buf *buf);

static struct item *
new_item(struct intake *in, struct tree *tree, const char *path, size_t len)
{
	struct item *it = calloc(1, sizeof(*it));

	if (it == NULL)
		return NULL;
	*it = (struct item){ .intake = in,
		.tree = tree,
		.task = { .dispatch = dispatch,
		    .free = free_item,
		    .label = label,
		    .cost = sizeof(*it) + len },
		.fd = -1 };
	tree->refs++;
	if (doc_buf_add(&it->path, path, len) < 0 ||
	    doc_buf_str(&it->path) == NULL) {
		free_item(&it->task);
		return NULL;
	}
	return it;
}

struct item *
item_top(struct intake *in, const char *root, const char *path,
    const struct stat *st, const struct doc_error *err)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct item *it;

	if (tree == NULL)
		return NULL;
	tree->refs = 1;
	tree->root = strdup(root);
	it = tree->root ? new_item(in, tree, path, strlen(path)) : NULL;
	tree_drop(tree);
	if (it == NULL)
		return NULL;
	it->known = *err;
	if (err->code == DOC_E_NONE && st != NULL) {
		it->size = (uint64_t)st->st_size;
		it->mtime = st->st_mtime;
		it->has_size = it->has_mtime = true;
	}
	return it;
}

static struct doc_name
name_of(const struct item *it)
{
	return (struct doc_name){ .tenant = it->intake->setup->options->tenant,
		.path = it->path.data,
		.path_len = it->path.len,
		.members = it->members,
		.member_count = it->member_count };
}

static enum doc_status
status_of(const struct item *it)
{
	if (it->known.code != DOC_E_NONE)
		return it->delivered > 0 ? DOC_STATUS_PARTIAL
					 : DOC_STATUS_ERROR;
	if (it->reason != DOC_R_NONE)
		return DOC_STATUS_SKIPPED;
	return it->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
}

static int
label(const struct doc_task *task, struct doc_buf *buf)
{
	struct doc_name name = name_of((const struct item *)task);

	return doc_name_label(&name, buf);
}

/* The key `list`: what happened on opening, and the members' balance. */
static void
write_list(const struct item *it, enum doc_status status, struct doc_json *j)
{
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
	if (it->opened) {
		doc_json_int(j, "members", (int64_t)it->seen);
		doc_json_int(j, "delivered", (int64_t)it->delivered);
		doc_json_int(j, "refused", (int64_t)it->refused);
	}
	doc_json_close(j, '}');
}

static void
write_record(struct item *it, enum doc_status status, struct doc_json *j)
{
	struct doc_name name = name_of(it);
	char id[DOC_ID_SIZE], time[DOC_TIME_SIZE];

	doc_name_id(&name, id);
	doc_json_open(j, NULL, '{');
	doc_json_int(j, "v", DOC_RECORD_VERSION);
	doc_json_str(j, "type", "doc");
	doc_json_str(j, "id", id);
	doc_json_str(j, "tenant", name.tenant);
	doc_name_write(j, &name);
	if (it->parent[0] != '\0')
		doc_json_str(j, "parent", it->parent);
	if (it->has_size)
		doc_json_int(j, "size", (int64_t)it->size);
	if (it->has_mtime && doc_time_format(it->mtime, time) == 0)
		doc_json_str(j, "mtime", time);
	if (it->sha256 != NULL)
		doc_json_str(j, "sha256", it->sha256);
	if (it->media != NULL)
		doc_json_str(j, "media", it->media);
	if (it->encoding != NULL)
		doc_json_str(j, "encoding", it->encoding);
	if (it->data_path != NULL)
		doc_json_str(j, "data", it->data_path);
	write_list(it, status, j);
	doc_json_close(j, '}');
}

/* Its own record, and its members behind it. */
static void
complete(struct item *it)
{
	struct intake *in = it->intake;
	enum doc_status status = status_of(it);
	struct doc_task *behind = &it->task;
	struct doc_json j;

	doc_json_begin(&j, &it->task.line);
	write_record(it, status, &j);
	if (j.failed || doc_buf_addc(&it->task.line, '\n') < 0)
		doc_error_set(&in->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	in->out++;
	in->count[status]++;
	doc_show_over(&in->flow, status, it->size);
	end_job(it);
	it->task.state = DOC_TASK_DONE;
	while (it->first != NULL) {
		struct item *child = it->first;

		it->first = (struct item *)child->task.next;
		doc_flow_insert(&in->flow, behind, &child->task);
		behind = &child->task;
	}
}

static int
spend(const struct item *it, struct doc_error *err)
{
	const struct doc_intake_limits *l = &it->intake->setup->tree;

	if (it->tree->members >= l->max_members)
		return doc_error_set(err, DOC_E_MEMBERS,
		    "more than %ju members in one input",
		    (uintmax_t)l->max_members);
	if (it->tree->bytes >= l->max_bytes)
		return doc_error_set(err, DOC_E_BYTES,
		    "more than %ju bytes unpacked from one input",
		    (uintmax_t)l->max_bytes);
	return 0;
}

static struct item *
new_member(struct item *it)
{
	struct item *child = new_item(it->intake, it->tree, it->path.data,
	    it->path.len);
	struct doc_name name = name_of(it);

	if (child == NULL)
		return NULL;
	child->members = calloc(it->member_count + 1, sizeof(*child->members));
	if (child->members == NULL) {
		free_item(&child->task);
		return NULL;
	}
	for (size_t i = 0; i < it->member_count; i++)
		if (doc_buf_add(&child->members[child->member_count++],
			it->members[i].data, it->members[i].len) < 0) {
			free_item(&child->task);
			return NULL;
		}
	doc_name_id(&name, child->parent);
	return child;
}

static int
member_open(struct doc_job *job, struct doc_error *err)
{
	struct item *it = job->ctx;
	int fd;

	if (spend(it, err) < 0)
		return -1;
	job->room = it->intake->setup->tree.max_bytes - it->tree->bytes;
	it->open = new_member(it);
	if (it->open == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	fd = doc_spool_create(&it->intake->spool, &it->open->data, err);
	if (fd < 0) {
		it->intake->flow.err = *err;
		free_item(&it->open->task);
		it->open = NULL;
	}
	return fd;
}

/* Without its size a member would be taken for empty: like a spool that cannot
 * be written, that is the end of the stream. */
static void
measure(struct item *it, struct item *child)
{
	struct doc_error *err = &it->intake->flow.err;
	struct stat st;
	doc_autoclose int fd = doc_spool_reopen(&it->intake->spool,
	    &child->data, err);

	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0) {
		doc_error_sys(err, "cannot look at a file of the spool");
		return;
	}
	child->size = (uint64_t)st.st_size;
	child->has_size = true;
	it->tree->bytes += child->size;
}

static void
append_member(struct item *it, struct item *child)
{
	struct doc_flow *flow = &it->intake->flow;

	doc_show_came(flow, child->size);
	doc_gauge_add(&flow->gauge, DOC_G_MEMBERS, 1);
	doc_gauge_add(&flow->gauge, DOC_G_MEMBER_BYTES, child->size);
	child->task.next = NULL;
	if (it->last != NULL)
		it->last->task.next = &child->task;
	else
		it->first = child;
	it->last = child;
}

static void
member_close(struct doc_job *job, struct doc_answer *fields,
    const struct doc_error *err, enum doc_reason reason)
{
	struct item *it = job->ctx;
	struct item *child = it->open;
	const struct doc_buf *name = &fields->value[DOC_F_NAME];
	struct doc_error over = { 0 };

	it->open = NULL;
	it->tree->members++;
	/* A folder in an archive is no document. */
	if (reason == DOC_R_DIRECTORY && child == NULL)
		return;
	/* Members without content count, too: a million links. */
	if (child == NULL && spend(it, &over) < 0) {
		it->reasons |= (uint64_t)1 << doc_reason_of(over.code);
		return;
	}
	if (child == NULL)
		child = new_member(it);
	if (child == NULL ||
	    doc_buf_add(&child->members[child->member_count++], name->data,
		name->len) < 0) {
		doc_error_set(&it->intake->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a member");
		return;
	}
	child->known = *err;
	child->reason = reason;
	child->mtime = (int64_t)fields->number[DOC_F_MTIME];
	child->has_mtime = fields->set[DOC_F_MTIME];
	if (child->data.name[0] != '\0')
		measure(it, child);
	if (err->code == DOC_E_NONE && reason == DOC_R_NONE)
		it->delivered++;
	append_member(it, child);
}

/* A member's content finds its place by its digest. */
static void
keep_data(struct item *it)
{
	struct doc_error err = { 0 };

	if (it->data.name[0] == '\0' || it->sha256 == NULL)
		return;
	if (doc_spool_commit(&it->intake->spool, &it->data,
		it->intake->setup->options->tenant, it->sha256, "data",
		&it->data_path, &err) < 0)
		it->intake->flow.err = err;
}

/* The engine died on it.  What its members cost stays spent: a bomb that
 * brings engines down has no budget twice. */
static void
open_again(struct doc_job *job)
{
	struct item *it = job->ctx;

	free_members(it);
	it->delivered = 0;
	it->reasons = 0;
}

/* The container was gone through; its members are known. */
static void
opened(struct doc_job *job)
{
	struct item *it = job->ctx;

	if (it->open != NULL) {
		/* It died in the middle of a member. */
		free_item(&it->open->task);
		it->open = NULL;
	}
	it->known = job->err;
	it->reasons |= job->answer.reasons;
	it->opened = job->answer.set[DOC_F_SEEN];
	it->seen = job->answer.number[DOC_F_SEEN];
	it->refused = job->answer.number[DOC_F_REFUSED];
	complete(it);
}

/* A copy of what the worker said, or NULL when it did not. */
static char *
said(struct item *it, enum doc_field field)
{
	struct doc_answer *a = &it->job->answer;
	char *copy = NULL;

	if (a->set[field]) {
		copy = strdup(doc_answer_str(a, field));
		if (copy == NULL)
			doc_error_set(&it->intake->flow.err, DOC_E_NO_MEMORY,
			    "no memory for a record");
	}
	return copy;
}

/* Digest and type are known; a container goes on to be opened. */
static void
sniffed(struct doc_job *job)
{
	struct item *it = job->ctx;
	bool container;

	it->known = job->err;
	it->sha256 = said(it, DOC_F_SHA256);
	it->media = said(it, DOC_F_MEDIA);
	it->encoding = said(it, DOC_F_ENCODING);
	if (it->sha256 != NULL && !doc_digest_is_hex(it->sha256)) {
		free(doc_steal(&it->sha256));
		doc_error_set(&it->known, DOC_E_PROTOCOL,
		    "the worker sent a digest that is none");
	}
	keep_data(it);
	container = it->media != NULL && it->known.code == DOC_E_NONE &&
	    (doc_media_flags(it->media) & DOC_MEDIA_CONTAINER) != 0;
	if (!container) {
		complete(it);
	} else if (it->member_count >= it->intake->setup->tree.max_depth) {
		it->reasons = (uint64_t)1 << DOC_R_DEPTH;
		complete(it);
	} else {
		it->task.pool = POOL_OPEN;
		it->task.state = DOC_TASK_WAITING;
	}
}

static int
open_item(struct item *it, struct doc_error *err)
{
	struct doc_words root = { &it->tree->root, 1 };
	const struct doc_words *roots = &it->intake->setup->options->roots;
	struct stat st;
	int fd;

	if (it->data.name[0] != '\0')
		return doc_spool_reopen(&it->intake->spool, &it->data, err);
	fd = doc_open_below(roots->n ? roots : &root, it->path.data, &st, err);
	if (fd < 0)
		return -1;
	it->size = (uint64_t)st.st_size;
	it->mtime = st.st_mtime;
	if (!it->has_size)
		doc_gauge_add(&it->intake->flow.gauge, DOC_G_IN_BYTES,
		    it->size);
	it->has_size = it->has_mtime = true;
	return fd;
}

static void
dispatch(struct doc_flow *flow, struct doc_task *task)
{
	static const struct doc_job_ops sniff = { .done = sniffed };
	static const struct doc_job_ops open = { member_open, member_close,
		open_again, opened };
	struct item *it = of(task);

	if (it->job == NULL && it->known.code == DOC_E_NONE &&
	    it->reason == DOC_R_NONE &&
	    (it->member_count == 0 || it->data.name[0] != '\0'))
		it->fd = open_item(it, &it->known);
	if (it->fd >= 0 && it->job == NULL) {
		it->job = calloc(1, sizeof(*it->job));
		if (it->job == NULL)
			doc_error_set(&flow->err, DOC_E_NO_MEMORY,
			    "no memory for a job");
	}
	if (it->job == NULL) {
		complete(it);
		return;
	}
	doc_answer_release(&it->job->answer);
	*it->job = (struct doc_job){ .ops = task->pool ? &open : &sniff,
		.ctx = it,
		.tenant = it->intake->setup->options->tenant,
		.fd = it->fd,
		.out = -1,
		.sized = true,
		.size = it->size,
		.media = it->media ? it->media : "",
		.depth = (unsigned)it->member_count };
	task->state = DOC_TASK_RUNNING;
	doc_pool_submit(flow->pool[task->pool], it->job);
}
