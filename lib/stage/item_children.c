/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the members of a container to items.
 *
 * They wait in a queue that spills to a file, and become items a few at a time:
 * a task of no line of its own stands behind those there are, and makes more as
 * they are written.  So an archive of a million members needs the memory of one
 * of a hundred.
 */
#include <stdio.h>
#include <string.h>

#include "lib/stage/intake_impl.h"
#include "lib/stage/namesakes.h"

/* Enough to keep the workers busy, and batches full. */
enum { AT_A_TIME = 128 };

struct children {
	struct doc_task task; /* first: the flow's */
	struct intake *intake;
	struct place *place; /* of the container */
	struct doc_spill queue;
	struct doc_namesakes names; /* until the last one is in the queue */
	uint64_t left;		    /* in the queue */
	unsigned alive;		    /* items that were made and not written */
	bool in_flow;
};

void
children_free(struct children *c)
{
	if (c == NULL)
		return;
	place_drop(c->place);
	doc_spill_release(&c->queue);
	doc_namesakes_release(&c->names);
	free(c);
}

/* The flow lets go of it, its items may still be there. */
static void
free_task(struct doc_task *task)
{
	struct children *c = (struct children *)task;

	c->in_flow = false;
	if (c->alive == 0)
		children_free(c);
}

void
children_one_less(struct children *c)
{
	if (c == NULL)
		return;
	c->alive--;
	if (!c->in_flow) {
		if (c->alive == 0)
			children_free(c);
	} else if (c->task.state == DOC_TASK_RUNNING) {
		c->task.state = DOC_TASK_WAITING;
		c->intake->flow.again = true;
	}
}

static struct children *
children_new(struct item *it)
{
	struct children *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->intake = it->intake;
	c->place = it->place;
	c->place->refs++;
	return c;
}

static int
put_word(struct children *c, const char *p, size_t n, struct doc_error *err)
{
	struct doc_spool *spool = &c->intake->spool;
	uint32_t len = (uint32_t)n;

	if (doc_spill_put(&c->queue, spool, &len, sizeof(len), err) < 0)
		return -1;
	return doc_spill_put(&c->queue, spool, p, n, err);
}

int
children_add(struct item *it, struct member *m,
    const struct member_words *words, struct doc_error *err)
{
	struct children *c = it->children;

	if (c == NULL)
		c = it->children = children_new(it);
	if (c != NULL)
		m->nth = doc_namesakes_add(&c->names, words->name, words->len);
	if (c == NULL || m->nth == 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_spill_put(&c->queue, &it->intake->spool, m, sizeof(*m), err) <
		0 ||
	    put_word(c, words->name, words->len, err) < 0 ||
	    put_word(c, words->shown->data, words->shown->len, err) < 0 ||
	    put_word(c, words->msg, strlen(words->msg), err) < 0 ||
	    put_word(c, words->file, strlen(words->file), err) < 0)
		return -1;
	c->left++;
	return 0;
}

static int
get_word(struct children *c, struct doc_buf *word, struct doc_error *err)
{
	uint32_t len;

	if (doc_spill_get(&c->queue, &len, sizeof(len), err) < 0)
		return -1;
	if (doc_buf_reserve(word, (size_t)len + 1) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_spill_get(&c->queue, word->data, len, err) < 0)
		return -1;
	word->len = len;
	word->data[len] = '\0';
	return 0;
}

static int
describe(struct item *it, const struct member *m)
{
	it->size = m->size;
	it->has_size = m->has_size;
	it->mtime = m->mtime;
	it->has_mtime = m->has_mtime;
	it->reason = m->reason;
	memcpy(it->sha256, m->sha256, sizeof(it->sha256));
	if (m->sha256[0] == '\0')
		return 0;
	it->data_path = doc_spool_path(&it->intake->spool,
	    it->place->tree->tenant, m->sha256, "data");
	return it->data_path ? 0 : -1;
}

static int
make_one(struct children *c, struct doc_error *err)
{
	doc_autobuf struct doc_buf name = { 0 };
	doc_autobuf struct doc_buf shown = { 0 };
	doc_autobuf struct doc_buf msg = { 0 };
	doc_autobuf struct doc_buf file = { 0 };
	struct member m;
	struct item *it;

	if (doc_spill_get(&c->queue, &m, sizeof(m), err) < 0 ||
	    get_word(c, &name, err) < 0 || get_word(c, &shown, err) < 0 ||
	    get_word(c, &msg, err) < 0 || get_word(c, &file, err) < 0)
		return -1;
	it = item_member(c->intake, c->place,
	    &(struct step){ name.data, name.len, &shown, m.nth });
	if (it != NULL && describe(it, &m) < 0) {
		it->task.free(&it->task);
		it = NULL;
	}
	if (it == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	snprintf(it->data.name, sizeof(it->data.name), "%s", file.data);
	if (m.code != DOC_E_NONE)
		doc_error_set(&it->known, m.code, "%s", msg.data);
	it->from = c;
	c->alive++;
	c->left--;
	/* Before us, for what we make next comes behind it. */
	doc_flow_insert(&c->intake->flow, c->task.prev, &it->task);
	return 0;
}

static void
dispatch(struct doc_flow *flow, struct doc_task *task)
{
	struct children *c = (struct children *)task;

	while (c->left > 0 && c->alive < AT_A_TIME)
		if (make_one(c, &flow->err) < 0)
			c->left = 0;
	task->state = c->left > 0 ? DOC_TASK_RUNNING : DOC_TASK_DONE;
	flow->again = true;
}

void
children_start(struct item *it)
{
	struct children *c = it->children;

	if (c == NULL)
		return;
	it->children = NULL;
	doc_namesakes_release(&c->names);
	c->in_flow = true;
	c->task = (struct doc_task){ .dispatch = dispatch,
		.free = free_task,
		.cost = sizeof(*c),
		.pool = POOL_SNIFF };
	doc_flow_insert(&it->intake->flow, &it->task, &c->task);
}
