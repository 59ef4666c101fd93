/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of a container, as a worker finds them.  Small ones come whole
 * and are stored here, under the digest we compute; for large ones the worker
 * gets a file to write to.  A digest is never the opener's to tell: the spool
 * would hand its content to others.
 */
#include <string.h>
#include <sys/stat.h>

#include "lib/record/media.h"
#include "lib/spool/settle.h"
#include "lib/stage/intake_impl.h"
#include "lib/stage/show.h"

static int
spend(const struct item *it, uint64_t more, struct doc_error *err)
{
	const struct doc_intake_limits *l = &it->intake->setup->tree;
	const struct tree *t = it->place->tree;

	if (t->members >= l->max_members)
		return doc_error_set(err, DOC_E_MEMBERS,
		    "more than %ju members in one input",
		    (uintmax_t)l->max_members);
	if (t->bytes + more >= l->max_bytes)
		return doc_error_set(err, DOC_E_BYTES,
		    "more than %ju bytes unpacked from one input",
		    (uintmax_t)l->max_bytes);
	return 0;
}

static int
member_open(struct doc_job *job, struct doc_error *err)
{
	struct item *it = job->ctx;
	int fd;

	if (spend(it, 0, err) < 0)
		return -1;
	job->room = it->intake->setup->tree.max_bytes - it->place->tree->bytes;
	fd = doc_spool_create(&it->intake->spool, &it->open, err);
	if (fd < 0)
		it->intake->flow.err = *err;
	return fd;
}

static bool
is_excluded(const struct item *it, const struct doc_buf *name)
{
	const struct doc_select *s = it->intake->setup->select;
	struct doc_name up = item_name(it->place);
	doc_autobuf struct doc_buf path = { 0 };
	struct doc_name whole = { .members = name, .member_count = 1 };

	if (s->exclude.n == 0)
		return false;
	doc_buf_add(&path, up.path, up.path_len);
	for (size_t i = 0; i < up.member_count; i++) {
		doc_buf_addc(&path, '/');
		doc_buf_add(&path, up.members[i].data, up.members[i].len);
	}
	whole.path = path.data;
	whole.path_len = path.len;
	return doc_select_excludes(s, &whole);
}

/* What came out of a lone compressed file without its name ("data": gzip alone
 * may keep it) is called as that file is, as others call it. */
static bool
is_nameless(const struct item *it, const struct doc_buf *name)
{
	return name->len == 4 && memcmp(name->data, "data", 4) == 0 &&
	    it->media != NULL &&
	    doc_media_family(it->media) == DOC_FAMILY_COMPRESSED;
}

static void
keep(struct item *it, struct member *m, const struct doc_answer *fields,
    const char *msg)
{
	const struct doc_buf *up = it->place->member_count > 0
	    ? &it->place->members[it->place->member_count - 1]
	    : &it->place->path;
	doc_autobuf struct doc_buf given = { 0 };
	const struct doc_buf *said = &fields->value[DOC_F_NAME];
	const struct doc_buf *name = is_nameless(it, said) &&
		doc_media_unpacked(up->data, up->len, &given)
	    ? &given
	    : said;
	struct member_words words = { .name = name->len ? name->data : "",
		.len = name->len,
		.shown = &fields->value[DOC_F_SHOWN],
		.msg = msg,
		.file = it->open.name };
	struct doc_gauge *gauge = &it->intake->flow.gauge;
	struct doc_error err = { 0 };

	doc_show_came(&it->intake->flow, m->size);
	doc_gauge_add(gauge, DOC_G_MEMBERS, 1);
	doc_gauge_add(gauge, DOC_G_MEMBER_BYTES, m->size);
	if (is_excluded(it, name)) {
		it->excluded++;
		doc_spool_drop(&it->intake->spool, &it->open);
		return;
	}
	m->mtime = (int64_t)fields->number[DOC_F_MTIME];
	m->has_mtime = fields->set[DOC_F_MTIME];
	if (children_add(it, m, &words, &err) < 0)
		it->intake->flow.err = err;
	/* The file is the member's now. */
	it->open.name[0] = '\0';
	if (m->code == DOC_E_NONE && m->reason == DOC_R_NONE)
		it->delivered++;
}

/* Without its size a member would be taken for empty: like a spool that cannot
 * be written, that is the end of the stream.  A file that the worker keeps is
 * no member's. */
static int
measure(struct item *it, struct member *m, struct doc_error *err)
{
	struct stat st;
	doc_autoclose int fd = doc_spool_settle(&it->intake->spool, &it->open,
	    err);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return doc_spool_failed(err,
		    "cannot look at a file of the spool");
	m->size = (uint64_t)st.st_size;
	m->has_size = true;
	it->place->tree->bytes += m->size;
	return 0;
}

/* It says that it could not be written: is it the disk? */
static void
suspect_disk(struct item *it, enum doc_code code)
{
	struct doc_error why = { 0 };

	if ((code == DOC_E_NO_SPACE || code == DOC_E_IO) &&
	    doc_spool_probe(&it->intake->spool, &why) < 0)
		it->intake->flow.err = why;
}

static int
member_close(struct doc_job *job, struct doc_answer *fields,
    const struct doc_error *err, enum doc_reason reason)
{
	struct item *it = job->ctx;
	struct member m = { .code = err->code, .reason = reason };
	struct doc_error over = { 0 };
	bool bare = it->open.name[0] == '\0';

	it->place->tree->members++;
	/* A folder in an archive is no document. */
	if (reason == DOC_R_DIRECTORY && bare)
		return 0;
	/* Members without content count, too: a million links. */
	if (bare && spend(it, 0, &over) < 0) {
		it->reasons |= (uint64_t)1 << doc_reason_of(over.code);
		return 0;
	}
	suspect_disk(it, err->code);
	if (!bare && measure(it, &m, &over) < 0) {
		if (over.code == DOC_E_PROTOCOL)
			return -1;
		it->intake->flow.err = over;
	}
	keep(it, &m, fields, err->msg);
	return 0;
}

static int
store(struct item *it, struct member *m, const char *p, size_t n,
    struct doc_error *err)
{
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_add(&d, p, n);
	doc_digest_hex(&d, m->sha256);
	m->size = n;
	m->has_size = true;
	return doc_spool_put(&it->intake->spool, it->place->tree->tenant,
	    m->sha256, "data", p, n, err);
}

static int
member_put(struct doc_job *job, struct doc_answer *fields, const char *p,
    size_t n, struct doc_error *err)
{
	struct item *it = job->ctx;
	struct member m = { 0 };

	if (spend(it, n, err) < 0) {
		it->reasons |= (uint64_t)1 << doc_reason_of(err->code);
		return -1;
	}
	if (store(it, &m, p, n, err) < 0) {
		it->intake->flow.err = *err;
		return -1;
	}
	it->place->tree->members++;
	it->place->tree->bytes += n;
	keep(it, &m, fields, "");
	return 0;
}

/* The engine died on it.  What its members cost stays spent: a bomb that
 * brings engines down has no budget twice. */
static void
open_again(struct doc_job *job)
{
	struct item *it = job->ctx;

	doc_spool_drop(&it->intake->spool, &it->open);
	children_free(doc_steal(&it->children));
	it->delivered = 0;
	it->reasons = 0;
}

/* What it is besides cannot be opened: that is no fault of what it is. */
static void
forgive(struct item *it)
{
	enum doc_reason r = doc_reason_of(it->known.code);

	if (it->known.code == DOC_E_NONE || it->also == NULL)
		return;
	it->reasons |= (uint64_t)1 << (r ? r : DOC_R_ERRORS);
	/* Why is told where it is not the document's own damage. */
	if (r != DOC_R_NONE)
		it->known = (struct doc_error){ 0 };
}

/* The container was gone through; its members are known. */
static void
opened(struct doc_job *job)
{
	struct item *it = job->ctx;
	uint64_t seen = job->answer.number[DOC_F_SEEN];

	/* It may have died in the middle of a member. */
	doc_spool_drop(&it->intake->spool, &it->open);
	it->known = job->err;
	it->reasons |= job->answer.reasons;
	it->password = job->answer.number[DOC_F_PASSWORD];
	/* A PDF that may have had attachments is no container with none. */
	it->opened = job->answer.set[DOC_F_SEEN] &&
	    (it->also == NULL || seen > 0);
	it->seen = DOC_MAX(seen, it->delivered);
	it->refused = job->answer.number[DOC_F_REFUSED];
	if (item_alone(it)) {
		item_end_job(it);
		return;
	}
	forgive(it);
	item_complete(it);
}

void
item_open(struct doc_flow *flow, struct item *it)
{
	static const struct doc_job_ops ops = { member_open, member_close,
		member_put, open_again, opened };

	if (item_join(it))
		return;
	if (it->fd < 0)
		it->fd = item_open_content(it, &it->known);
	if (it->fd >= 0 && it->job == NULL) {
		it->job = calloc(1, sizeof(*it->job));
		if (it->job == NULL)
			doc_error_set(&flow->err, DOC_E_NO_MEMORY,
			    "no memory for a job");
	}
	if (it->job == NULL) {
		item_complete(it);
		return;
	}
	doc_answer_release(&it->job->answer);
	*it->job = (struct doc_job){ .ops = &ops,
		.ctx = it,
		.tenant = it->place->tree->tenant,
		.fd = it->fd,
		.out = -1,
		.sized = true,
		.size = it->size,
		.media = it->also ? it->also : it->media,
		.depth = (unsigned)it->place->member_count };
	item_parts_job(it, it->job);
	it->task.state = DOC_TASK_RUNNING;
	doc_pool_submit(flow->pool[it->task.pool], it->job);
}
