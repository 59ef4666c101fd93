/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive in several files: each is an item of its own, with its own bytes,
 * digest and type.  The one that leads is the container; it gets the bytes of
 * all when it is opened, and when nothing comes of them once more its own, for
 * a name can be chance.
 */
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "lib/record/media.h"
#include "lib/stage/intake_impl.h"
#include "lib/stage/volumes.h"

struct parts {
	struct item *item;
	char *leader; /* the path of another; NULL: it leads */
	bool row;     /* all between that one and it are there */
	bool alone;   /* nothing came of them together */
	struct doc_volumes *join;
	struct doc_watch go_on; /* always ready */
	struct doc_volumes_sum sum;
};

static bool
is_left_out(const char *path, void *ctx)
{
	const struct intake *in = ctx;
	struct doc_name name = { .path = path, .path_len = strlen(path) };

	return doc_select_excludes(in->setup->select, &name);
}

static struct doc_volumes_at
at_of(const struct item *it)
{
	return (
	    struct doc_volumes_at){ .roots = &it->intake->setup->options->roots,
		.root = it->place->tree->root,
		.path = it->place->path.data,
		.excludes = is_left_out,
		.ctx = it->intake };
}

static void
no_memory(struct item *it)
{
	doc_error_set(&it->intake->flow.err, DOC_E_NO_MEMORY,
	    "no memory for a record");
}

/* What the others are to it.  Only files have others: what lies beside a member
 * is known when all of its container is. */
bool
item_leads(struct item *it)
{
	struct doc_volumes_at at = at_of(it);
	enum doc_volumes_role role;
	char *leader;
	bool row = false;

	if (it->place->member_count > 0 || it->known.code != DOC_E_NONE ||
	    it->size == 0 || it->intake->setup->no_join)
		return false;
	role = doc_volumes_role(&at, &leader, &row);
	if (role == DOC_VOLUMES_NONE)
		return false;
	it->parts = calloc(1, sizeof(*it->parts));
	if (it->parts == NULL ||
	    (role == DOC_VOLUMES_FOLLOWS && leader == NULL)) {
		free(leader);
		no_memory(it);
		return false;
	}
	*it->parts = (struct parts){ .item = it,
		.leader = leader,
		.row = row,
		.go_on.fd = -1 };
	return role == DOC_VOLUMES_LEADS;
}

bool
item_follows(const struct item *it)
{
	return it->parts != NULL && it->parts->leader != NULL;
}

static bool
joined(const struct item *it)
{
	return it->parts != NULL && it->parts->sum.count > 0 &&
	    !it->parts->alone;
}

void
item_parts_free(struct item *it)
{
	struct parts *p = it->parts;

	if (p == NULL)
		return;
	doc_loop_del(&it->intake->flow.loop, &p->go_on);
	if (p->go_on.fd >= 0)
		close(p->go_on.fd);
	doc_volumes_free(p->join);
	free(p->leader);
	free(p);
	it->parts = NULL;
}

static void
stop_joining(struct parts *p)
{
	struct doc_flow *flow = &p->item->intake->flow;

	doc_share_give(&flow->share);
	doc_loop_del(&flow->loop, &p->go_on);
	close(p->go_on.fd);
	p->go_on.fd = -1;
	doc_volumes_free(doc_steal(&p->join));
}

/* The bytes that may be joined. */
static uint64_t
room(const struct item *it)
{
	const struct doc_intake_setup *s = it->intake->setup;

	return s->tree.max_bytes -
	    DOC_MIN(it->place->tree->bytes, s->tree.max_bytes);
}

/* Is --max-size less? */
static bool
is_limited(const struct item *it)
{
	uint64_t max = it->intake->setup->select->max_size;

	return max > 0 && max < room(it);
}

/* Some bytes more, and then the others have their turn. */
static void
go_on(struct doc_watch *watch, unsigned events)
{
	struct parts *p = watch->ctx;
	struct item *it = p->item;
	int rc = doc_volumes_step(p->join, &it->known);

	(void)events;
	if (rc > 0)
		return;
	if (rc == 0)
		it->fd = doc_volumes_end(p->join, &p->sum);
	stop_joining(p);
	if (rc < 0) {
		if (it->known.code == DOC_E_BYTES && is_limited(it)) {
			it->known = (struct doc_error){ 0 };
			it->reason = DOC_R_SIZE;
		}
		item_complete(it);
	} else {
		it->task.state = DOC_TASK_WAITING;
		it->intake->flow.again = true;
	}
}

bool
item_join(struct item *it)
{
	struct doc_flow *flow = &it->intake->flow;
	struct doc_volumes_at at = at_of(it);
	struct stat lead = { .st_size = (off_t)it->size };
	struct parts *p = it->parts;
	uint64_t max = is_limited(it) ? it->intake->setup->select->max_size
				      : room(it);

	if (p == NULL || p->leader != NULL || p->alone || p->sum.count > 0)
		return false;
	if (it->fd >= 0)
		(void)fstat(it->fd, &lead);
	item_end_job(it);
	it->task.state = DOC_TASK_RUNNING;
	p->go_on = (struct doc_watch){ .fd = eventfd(1, EFD_CLOEXEC),
		.ready = go_on,
		.ctx = p };
	if (p->go_on.fd < 0)
		doc_error_sys(&it->known, "cannot make a descriptor");
	if (p->go_on.fd >= 0 &&
	    doc_volumes_begin(&p->join, &at, &lead, max, &it->intake->spool,
		&it->known) == 0 &&
	    doc_loop_add(&flow->loop, &p->go_on, EPOLLIN, &it->known) == 0) {
		/* As a worker does: so many are joined at once, and no more. */
		doc_share_take(&flow->share);
		return true;
	}
	item_complete(it);
	return true;
}

void
item_parts_job(const struct item *it, struct doc_job *job)
{
	if (!joined(it))
		return;
	job->volumes = it->parts->sum.count;
	job->size = it->parts->sum.bytes;
	/* The last part of a zip is of no type by itself. */
	if (doc_media_family(it->media) != DOC_FAMILY_ARCHIVE &&
	    doc_media_family(it->media) != DOC_FAMILY_COMPRESSED)
		job->media = "application/zip";
}

bool
item_alone(struct item *it)
{
	/* Those of which one is missing are what they are called. */
	if (!joined(it) || it->seen > 0 || it->delivered > 0 ||
	    (it->reasons & (uint64_t)1 << DOC_R_VOLUMES) ||
	    (it->known.code != DOC_E_DAMAGED &&
		it->known.code != DOC_E_UNSUPPORTED))
		return false;
	it->parts->alone = true;
	it->known = (struct doc_error){ 0 };
	it->reasons = 0;
	it->task.state = DOC_TASK_WAITING;
	it->intake->flow.again = true;
	return true;
}

void
item_parts_judge(struct item *it, bool by_name)
{
	uint64_t volumes = (uint64_t)1 << DOC_R_VOLUMES;
	struct doc_volumes_at at = at_of(it);
	struct parts *p = it->parts;
	struct doc_error why = { 0 };

	if (item_follows(it)) {
		if (p->row)
			it->reason = DOC_R_VOLUMES;
		else
			it->reasons |= volumes;
		return;
	}
	if (p != NULL && !p->alone ? p->sum.gap : by_name)
		it->reasons |= volumes;
	/* Of those that do not fit together none need be missing. */
	if (!(it->reasons & volumes) || it->place->member_count > 0 ||
	    it->intake->setup->no_join || (p != NULL && p->alone))
		return;
	if (p != NULL && p->sum.missing > 0) {
		it->missing = p->sum.missing;
		why = p->sum.why;
	} else {
		it->missing = doc_volumes_missing(&at, &why);
	}
	/* That is why. */
	if (it->missing > 0 &&
	    ((it->known.code == DOC_E_NONE && it->opened) ||
		it->known.code == DOC_E_DAMAGED ||
		it->known.code == DOC_E_UNSUPPORTED)) {
		it->known = (struct doc_error){ 0 };
		doc_error_set(&it->known, DOC_E_VOLUMES, "%s", why.msg);
	}
}

void
item_parts_write(const struct item *it, struct doc_json *j)
{
	struct doc_name name = { .tenant = it->place->tree->tenant };
	char id[DOC_ID_SIZE];

	if (item_follows(it)) {
		name.path = it->parts->leader;
		name.path_len = strlen(name.path);
		doc_name_id(&name, id);
		doc_json_str(j, "volume_of", id);
	}
	if (it->parts != NULL && it->parts->leader == NULL && !it->parts->alone)
		doc_json_int(j, "volumes", it->parts->sum.count);
	if (it->missing > 0)
		doc_json_int(j, "volume_missing", it->missing);
}
