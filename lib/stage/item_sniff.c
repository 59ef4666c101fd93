/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digest and type.  A small document is read and digested here, which is no
 * parsing; when its content was met before, that is all.  Its type is for a
 * worker to find, and a worker costs more than the work: members of one input
 * go to it several at a time, for whoever rules the worker by one of them rules
 * what came out of the same file anyway; and so do files of one tenant, as many
 * as --batch allows: that worker sees their content and tells their types, and
 * can do no more.  What is large is read once, by a worker of its own, which
 * tells the digest before it looks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/io.h"
#include "lib/pool/batch.h"
#include "lib/stage/intake_impl.h"

#define SMALL	    ((uint64_t)64 << 10)
#define BATCH_BYTES ((size_t)1 << 20)

/* Members of one input a worker gets at a time. */
enum { SIBLINGS = 32 };

struct batch {
	struct doc_job job;
	struct intake *intake;
	struct batch *prev, *next; /* of those at work */
	struct item *item[DOC_BATCH_MAX];
	size_t len[DOC_BATCH_MAX];
	unsigned count, answered;
	unsigned heard; /* answers of this worker; behind when it is a second */
	bool broken;	/* it answered nonsense: what follows is not heard */
	struct doc_buf content;
};

/* What is remembered of a content: one of KINDS, for there are many contents of
 * few types, and a hundred thousand of them are to be remembered. */
enum { KINDS = 1024 };

struct kind {
	char media[80], encoding[32], also[32];
};

struct kinds {
	struct kind at[KINDS];
	uint16_t count;
};

struct doc_seen *
item_types_new(void)
{
	return doc_seen_new(sizeof(uint16_t));
}

struct kinds *
item_kinds_new(void)
{
	return calloc(1, sizeof(struct kinds));
}

/* Its number; KINDS when there is no room for another. */
static uint16_t
kind_of(struct kinds *k, const char *media, const char *encoding,
    const char *also)
{
	uint16_t i = 0;

	while (i < k->count &&
	    (strcmp(k->at[i].media, media) != 0 ||
		strcmp(k->at[i].encoding, encoding) != 0 ||
		strcmp(k->at[i].also, also) != 0))
		i++;
	if (i < k->count || i == KINDS)
		return i;
	strcpy(k->at[i].media, media);
	strcpy(k->at[i].encoding, encoding);
	strcpy(k->at[i].also, also);
	return k->count++;
}

static void
free_batch(struct batch *b)
{
	struct batch **at = &b->intake->batches;

	if (b->prev != NULL)
		b->prev->next = b->next;
	else if (*at == b)
		*at = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
	if (b->job.fd >= 0)
		close(b->job.fd);
	doc_answer_release(&b->job.answer);
	doc_buf_release(&b->content);
	free(b);
}

void
batches_free(struct intake *in)
{
	while (in->batches != NULL)
		free_batch(in->batches);
}

/* A copy; without memory for it no record is to be written. */
static char *
copy(struct item *it, const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		doc_error_set(&it->intake->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	return p;
}

static void
remember(struct item *it)
{
	unsigned char key[DOC_DIGEST_BYTES];
	const char *encoding = it->encoding ? it->encoding : "";
	const char *besides = it->also ? it->also : "";
	struct kind *room;
	uint16_t kind;

	if (it->sha256[0] == '\0' || it->media == NULL || it->reasons != 0 ||
	    it->known.code != DOC_E_NONE ||
	    strlen(it->media) >= sizeof(room->media) ||
	    strlen(encoding) >= sizeof(room->encoding) ||
	    strlen(besides) >= sizeof(room->also))
		return;
	item_key(it, key);
	if (doc_seen_find(it->intake->types, key) != NULL)
		return;
	kind = kind_of(it->intake->kinds, it->media, encoding, besides);
	if (kind < KINDS)
		memcpy(doc_seen_add(it->intake->types, key), &kind,
		    sizeof(kind));
}

static bool
is_known(struct item *it)
{
	unsigned char key[DOC_DIGEST_BYTES];
	const struct kind *type;
	const void *known;
	uint16_t kind;

	item_key(it, key);
	known = doc_seen_find(it->intake->types, key);
	if (known == NULL)
		return false;
	memcpy(&kind, known, sizeof(kind));
	type = &it->intake->kinds->at[kind];
	it->media = copy(it, type->media);
	it->encoding = type->encoding[0] ? copy(it, type->encoding) : NULL;
	it->also = type->also[0] ? copy(it, type->also) : NULL;
	return true;
}

static char *
said(struct item *it, struct doc_answer *a, enum doc_field field)
{
	return a->set[field] ? copy(it, doc_answer_str(a, field)) : NULL;
}

/* One document by itself was looked at. */
static void
sniffed(struct doc_job *job)
{
	struct item *it = job->ctx;
	const char *digest = doc_answer_str(&job->answer, DOC_F_SHA256);

	it->known = job->err;
	/* A type found in want of memory is a guess. */
	it->reasons |= job->answer.reasons & ((uint64_t)1 << DOC_R_MEMORY);
	it->media = said(it, &job->answer, DOC_F_MEDIA);
	it->encoding = said(it, &job->answer, DOC_F_ENCODING);
	it->also = said(it, &job->answer, DOC_F_ALSO);
	if (*digest != '\0' && !doc_digest_is_hex(digest))
		doc_error_set(&it->known, DOC_E_PROTOCOL,
		    "the worker sent a digest that is none");
	else if (it->sha256[0] == '\0')
		snprintf(it->sha256, sizeof(it->sha256), "%s", digest);
	remember(it);
	item_typed(it);
}

static void
submit_one(struct doc_flow *flow, struct item *it)
{
	static const struct doc_job_ops ops = { .done = sniffed };

	it->job = calloc(1, sizeof(*it->job));
	if (it->job == NULL) {
		doc_error_set(&flow->err, DOC_E_NO_MEMORY,
		    "no memory for a job");
		item_complete(it);
		return;
	}
	*it->job = (struct doc_job){ .ops = &ops,
		.ctx = it,
		.tenant = it->place->tree->tenant,
		.fd = it->fd,
		.out = -1,
		.sized = true,
		.size = it->size,
		.media = "",
		.unit = it->sha256[0] ? DOC_UNIT_TYPE : DOC_UNIT_SNIFF,
		.depth = (unsigned)it->place->member_count };
	it->task.state = DOC_TASK_RUNNING;
	doc_pool_submit(flow->pool[POOL_SNIFF], it->job);
}

static int
read_content(struct item *it, struct doc_buf *to, struct doc_error *err)
{
	struct doc_digest d;
	size_t got = 0;

	if (doc_buf_reserve(to, it->size) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	while (got < it->size) {
		ssize_t n = pread(it->fd, to->data + to->len + got,
		    it->size - got, (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return doc_error_sys(err, "cannot read the file");
		if (n == 0)
			return doc_error_set(err, DOC_E_CHANGED,
			    "the file was cut while it was read");
		got += (size_t)n;
	}
	doc_digest_init(&d);
	doc_digest_add(&d, to->data + to->len, got);
	doc_digest_hex(&d, it->sha256);
	return 0;
}

enum prepared { SETTLED, LARGE, SMALL_ONE };

/* Settle what needs no worker; else it is open, and if small, its content is
 * behind what `to` has. */
static enum prepared
prepare(struct item *it, struct doc_buf *to)
{
	if (it->sha256[0] != '\0' && it->size > 0 && is_known(it)) {
		item_typed(it);
		return SETTLED;
	}
	if (it->fd < 0)
		it->fd = item_open_content(it, &it->known);
	if (it->fd >= 0 && it->size > SMALL && it->sha256[0] == '\0')
		return LARGE;
	if (it->fd < 0 ||
	    (it->size <= SMALL && read_content(it, to, &it->known) < 0)) {
		item_complete(it);
		return SETTLED;
	}
	if (it->size == 0)
		it->media = copy(it, "application/x-empty");
	if (it->size == 0 || is_known(it)) {
		item_typed(it);
		return SETTLED;
	}
	return it->size > SMALL ? LARGE : SMALL_ONE;
}

static void
close_content(struct item *it)
{
	close(it->fd);
	it->fd = -1;
}

static void
batch_add(struct batch *b, struct item *it)
{
	b->item[b->count] = it;
	b->len[b->count++] = it->size;
	b->content.len += it->size;
	close_content(it);
}

static int
batch_answer(struct doc_job *job, struct doc_answer *fields,
    const struct doc_error *err, enum doc_reason reason)
{
	struct batch *b = job->ctx;
	struct item *it;

	(void)reason;
	/* A second worker says again what the first one said. */
	if (b->broken || b->heard++ < b->answered || b->answered == b->count)
		return 0;
	if (err->code == DOC_E_NONE && !fields->set[DOC_F_KIND]) {
		b->broken = true;
		return 0;
	}
	it = b->item[b->answered++];
	it->known = *err;
	it->media = said(it, fields, DOC_F_KIND);
	it->encoding = said(it, fields, DOC_F_CHARSET);
	it->also = said(it, fields, DOC_F_BESIDES);
	remember(it);
	item_typed(it);
	return 0;
}

static void
batch_again(struct doc_job *job)
{
	((struct batch *)job->ctx)->heard = 0;
}

/* Those without an answer go again; the one it ended on by itself, so that what
 * is said of it is its own doing. */
static void
batch_done(struct doc_job *job)
{
	struct batch *b = job->ctx;

	for (unsigned i = b->answered; i < b->count; i++) {
		b->item[i]->alone = i == b->answered;
		b->item[i]->task.state = DOC_TASK_WAITING;
	}
	b->intake->flow.again = true;
	free_batch(b);
}

/* The memory file; -1: none could be made. */
static int
write_batch(struct batch *b)
{
	struct doc_batch_head head = { .count = b->count };
	uint64_t at = sizeof(head);
	int fd = memfd_create("batch", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	for (unsigned i = 0; i < b->count; i++) {
		head.span[i] = (struct doc_batch_span){ at, b->len[i] };
		at += b->len[i];
	}
	/* A second worker must find what the first one got. */
	if (fd >= 0 &&
	    (doc_write_full(fd, &head, sizeof(head)) < 0 ||
		doc_write_full(fd, b->content.data, b->content.len) < 0 ||
		fcntl(fd, F_ADD_SEALS,
		    F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) <
		    0)) {
		close(fd);
		fd = -1;
	}
	doc_buf_release(&b->content);
	return fd;
}

static void
submit_batch(struct doc_flow *flow, struct batch *b)
{
	static const struct doc_job_ops ops = { .member_close = batch_answer,
		.again = batch_again,
		.done = batch_done };
	int fd = write_batch(b);

	b->job = (struct doc_job){ .ops = &ops,
		.ctx = b,
		.tenant = b->item[0]->place->tree->tenant,
		.fd = fd,
		.out = -1,
		.media = "",
		.unit = DOC_UNIT_BATCH };
	b->next = b->intake->batches;
	if (b->next != NULL)
		b->next->prev = b;
	b->intake->batches = b;
	for (unsigned i = 0; i < b->count; i++)
		b->item[i]->task.state = DOC_TASK_RUNNING;
	if (fd >= 0) {
		doc_pool_submit(flow->pool[POOL_SNIFF], &b->job);
		return;
	}
	for (unsigned i = 0; i < b->count; i++)
		b->item[i]->alone = true;
	batch_done(&b->job);
}

/* May they share a worker? */
static bool
suits(const struct item *a, const struct item *b)
{
	const struct place *p = a->place, *q = b->place;

	if (p->tree == q->tree && p->member_count > 0 && q->member_count > 0)
		return true;
	if (p->member_count > 0 || q->member_count > 0)
		return false;
	return strcmp(p->tree->tenant, q->tree->tenant) == 0;
}

static unsigned
most(const struct item *it)
{
	unsigned files = it->intake->setup->batch;

	return DOC_MIN(it->place->member_count ? SIBLINGS : files,
	    (unsigned)DOC_BATCH_MAX);
}

static bool
may_join(const struct batch *b, const struct item *it)
{
	return it != NULL && it->task.state == DOC_TASK_WAITING &&
	    it->task.pool == POOL_SNIFF && !it->alone && it->fd < 0 &&
	    (!it->has_size || it->size <= SMALL) && item_to_be_looked_at(it) &&
	    suits(b->item[0], it);
}

static void
gather(struct batch *b)
{
	unsigned max = most(b->item[0]);
	struct doc_task *t = b->item[0]->task.next;

	for (; t != NULL && b->count < max && b->content.len < BATCH_BYTES;
	     t = t->next) {
		struct item *it = item_of(t);

		if (!may_join(b, it))
			continue;
		if (prepare(it, &b->content) == SMALL_ONE)
			batch_add(b, it);
		else if (it->fd >= 0)
			close_content(it); /* large, as we know now */
	}
}

void
item_sniff(struct doc_flow *flow, struct item *it)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		doc_error_set(&flow->err, DOC_E_NO_MEMORY,
		    "no memory for a job");
		item_complete(it);
		return;
	}
	*b = (struct batch){ .intake = it->intake, .job = { .fd = -1 } };
	switch (prepare(it, &b->content)) {
	case SETTLED:
		break;
	case LARGE:
		submit_one(flow, it);
		break;
	case SMALL_ONE:
		if (it->alone || most(it) <= 1) {
			submit_one(flow, it);
			break;
		}
		batch_add(b, it);
		gather(b);
		submit_batch(flow, b);
		return;
	}
	free_batch(b);
}
