/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/record/media.h"
#include "lib/stage/intake_impl.h"
#include "lib/stage/open.h"
#include "lib/stage/show.h"

static void
tree_drop(struct tree *t)
{
	if (t == NULL || --t->refs > 0)
		return;
	free(t->root);
	free(t->tenant);
	free(t);
}

static struct tree *
new_tree(const char *root, const char *tenant)
{
	struct tree *t = calloc(1, sizeof(*t));
	struct doc_digest d;

	if (t == NULL)
		return NULL;
	t->refs = 1;
	t->root = strdup(root);
	t->tenant = strdup(tenant);
	if (t->root == NULL || t->tenant == NULL) {
		tree_drop(t);
		return NULL;
	}
	doc_digest_init(&d);
	doc_digest_field(&d, tenant, strlen(tenant));
	doc_digest_raw(&d, t->salt);
	return t;
}

void
place_drop(struct place *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	for (size_t i = 0; i < p->member_count; i++)
		doc_buf_release(&p->members[i]);
	for (size_t i = 0; p->shown != NULL && i < p->member_count; i++)
		doc_buf_release(&p->shown[i]);
	free(p->members);
	free(p->shown);
	free(p->nth);
	doc_buf_release(&p->path);
	tree_drop(p->tree);
	free(p);
}

static int
add_step(struct place *p, const struct step *step)
{
	p->nth[p->member_count] = step->nth;
	if (step->shown != NULL &&
	    doc_buf_add(&p->shown[p->member_count], step->shown->data,
		step->shown->len) < 0)
		return -1;
	return doc_buf_add(&p->members[p->member_count++], step->name,
	    step->len);
}

/* At the path `step`, or in what is at `up` that member.  Keeps the tree. */
static struct place *
new_place(struct tree *tree, const struct place *up, const struct step *step)
{
	struct place *p = calloc(1, sizeof(*p));
	size_t count = up ? up->member_count : 0;
	struct doc_name as_name;
	int rc;

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->tree = tree;
	tree->refs++;
	p->members = calloc(count + 1, sizeof(*p->members));
	p->shown = calloc(count + 1, sizeof(*p->shown));
	p->nth = calloc(count + 1, sizeof(*p->nth));
	rc = !p->members || !p->shown || !p->nth ? -1
	    : up == NULL ? doc_buf_add(&p->path, step->name, step->len)
			 : doc_buf_add(&p->path, up->path.data, up->path.len);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_step(p,
		    &(struct step){ up->members[i].data, up->members[i].len,
			&up->shown[i], up->nth[i] });
	if (rc == 0 && up != NULL)
		rc = add_step(p, step);
	if (rc < 0 || doc_buf_str(&p->path) == NULL) {
		place_drop(p);
		return NULL;
	}
	as_name = item_name(p);
	doc_name_id(&as_name, p->id);
	return p;
}

void
item_end_job(struct item *it)
{
	if (it->job != NULL)
		doc_answer_release(&it->job->answer);
	free(doc_steal(&it->job));
	if (it->fd >= 0)
		close(it->fd);
	it->fd = -1;
}

static void
free_item(struct doc_task *task)
{
	struct item *it = item_of(task);

	item_end_job(it);
	item_parts_free(it);
	doc_spool_drop(&it->intake->spool, &it->open);
	doc_spool_drop(&it->intake->spool, &it->data);
	children_free(it->children);
	children_one_less(it->from);
	place_drop(it->place);
	free(it->data_path);
	free(it->media);
	free(it->encoding);
	free(it->also);
	doc_buf_release(&it->task.line);
	free(it);
}

struct item *
item_of(struct doc_task *task)
{
	return task->free == free_item ? (struct item *)task : NULL;
}

bool
item_to_be_looked_at(const struct item *it)
{
	if (it->known.code != DOC_E_NONE || it->reason != DOC_R_NONE)
		return false;
	return it->place->member_count == 0 || it->data_path != NULL ||
	    it->data.name[0] != '\0';
}

static bool
is_too_large(const struct item *it)
{
	uint64_t max = it->intake->setup->select->max_size;

	return max > 0 && it->has_size && it->size > max;
}

static void
dispatch(struct doc_flow *flow, struct doc_task *task)
{
	struct item *it = item_of(task);

	if (it->known.code == DOC_E_NONE && it->reason == DOC_R_NONE &&
	    is_too_large(it))
		it->reason = DOC_R_SIZE;
	if (!item_to_be_looked_at(it))
		item_complete(it);
	else if (task->pool == POOL_SNIFF)
		item_sniff(flow, it);
	else
		item_open(flow, it);
}

static int
label(const struct doc_task *task, struct doc_buf *buf)
{
	struct doc_name name = item_name(((const struct item *)task)->place);

	return doc_name_label(&name, buf);
}

static struct item *
new_item(struct intake *in, struct place *place)
{
	struct item *it = calloc(1, sizeof(*it));

	if (it == NULL || place == NULL) {
		place_drop(place);
		free(it);
		return NULL;
	}
	*it = (struct item){ .intake = in,
		.place = place,
		.task = { .dispatch = dispatch,
		    .finish = item_finish,
		    .free = free_item,
		    .label = label,
		    .cost = sizeof(*it) + place->path.len },
		.fd = -1 };
	return it;
}

struct item *
item_top(struct intake *in, const struct doc_origin *from, const char *path,
    const struct stat *st, const struct doc_error *err)
{
	struct tree *tree = new_tree(from->root, from->tenant);
	struct item *it;

	if (tree == NULL)
		return NULL;
	it = new_item(in,
	    new_place(tree, NULL,
		&(struct step){ path, strlen(path), NULL, 1 }));
	if (it != NULL && from->digest != NULL)
		snprintf(tree->digest, sizeof(tree->digest), "%.64s",
		    from->digest);
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

struct item *
item_member(struct intake *in, struct place *up, const struct step *step)
{
	struct item *it = new_item(in, new_place(up->tree, up, step));

	if (it != NULL)
		memcpy(it->parent, up->id, sizeof(it->parent));
	return it;
}

void
item_key(const struct item *it, unsigned char key[static DOC_DIGEST_BYTES])
{
	doc_digest_unhex(it->sha256, key);
	for (size_t i = 0; i < DOC_DIGEST_BYTES; i++)
		key[i] ^= it->place->tree->salt[i];
}

void
item_complete(struct item *it)
{
	item_end_job(it);
	item_judge(it);
	doc_show_over(&it->intake->flow, item_status(it), it->size);
	it->task.state = DOC_TASK_DONE;
	children_start(it);
}

/* A member's content finds its place by its digest. */
static void
keep_data(struct item *it)
{
	struct doc_error err = { 0 };

	if (it->data.name[0] == '\0' || it->sha256[0] == '\0')
		return;
	if (doc_spool_commit(&it->intake->spool, &it->data,
		it->place->tree->tenant, it->sha256, "data", &it->data_path,
		&err) < 0)
		it->intake->flow.err = err;
}

/* The very content that somebody counted on? */
static void
check_digest(struct item *it)
{
	const char *want = it->place->tree->digest;

	if (it->place->member_count == 0 && *want != '\0' && *want != '*' &&
	    it->sha256[0] != '\0' && strcmp(it->sha256, want) != 0)
		doc_error_set(&it->known, DOC_E_CHANGED,
		    "the content is not the one that was asked for");
}

void
item_typed(struct item *it)
{
	unsigned opens = DOC_MEDIA_CONTAINER |
	    (it->intake->setup->embedded ? DOC_MEDIA_PACKAGE : 0U);
	bool container, attach;

	check_digest(it);
	container = it->media != NULL && it->known.code == DOC_E_NONE &&
	    (item_leads(it) || (doc_media_flags(it->media) & opens) != 0 ||
		it->also != NULL) &&
	    !item_follows(it);
	attach = container &&
	    (doc_media_family(it->also ? it->also : it->media) ==
		    DOC_FAMILY_PDF ||
		doc_media_family(it->media) == DOC_FAMILY_PST);
	keep_data(it);
	if (!container) {
		struct doc_name name = item_name(it->place);

		it->dropped = it->known.code == DOC_E_NONE &&
		    !doc_select_includes(it->intake->setup->select, &name);
		item_complete(it);
	} else if (it->place->member_count >=
	    it->intake->setup->tree.max_depth) {
		it->reasons = (uint64_t)1 << DOC_R_DEPTH;
		item_complete(it);
	} else if (attach && intake_attach(it->intake) < 0) {
		item_complete(it);
	} else {
		it->task.pool = attach ? POOL_ATTACH : POOL_OPEN;
		it->task.state = DOC_TASK_WAITING;
	}
}

static int
open_data(struct item *it, struct stat *st, struct doc_error *err)
{
	int fd = it->data.name[0] != '\0'
	    ? doc_spool_reopen(&it->intake->spool, &it->data, err)
	    : open(it->data_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, st) == 0)
		return fd;
	doc_error_sys(err, "cannot read from the spool");
	if (fd >= 0)
		close(fd);
	return -1;
}

int
item_open_content(struct item *it, struct doc_error *err)
{
	struct doc_words root = { &it->place->tree->root, 1 };
	const struct doc_words *roots = &it->intake->setup->options->roots;
	bool member = it->place->member_count > 0;
	struct stat st;
	int fd;

	if (member)
		fd = open_data(it, &st, err);
	else
		fd = doc_open_below(roots->n ? roots : &root,
		    it->place->path.data, &st, err);
	if (fd < 0)
		return -1;
	it->size = (uint64_t)st.st_size;
	if (!it->has_size)
		doc_gauge_add(&it->intake->flow.gauge, DOC_G_IN_BYTES,
		    it->size);
	it->has_size = true;
	if (!member) {
		it->mtime = st.st_mtime;
		it->has_mtime = true;
	}
	return fd;
}
