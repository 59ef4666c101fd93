/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/lair.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/base/tree.h"
#include "lib/pool/pool_impl.h"

enum { DRY_MS = 2000, LINGER_MS = 1000 };

static int
make_temp(struct doc_pool *p, struct doc_error *err)
{
	static const struct doc_lair_kind kind = { .word = "docpipe" };
	const char *top = getenv("TMPDIR");

	p->temp_lock = doc_lair_open(top && *top ? top : "/tmp", &kind,
	    p->temp_dir, sizeof(p->temp_dir), err);
	return p->temp_lock < 0 ? -1 : 0;
}

static int
find_zygote(struct doc_pool *p, struct doc_error *err)
{
	char dir[4096];

	if (doc_libexec(dir, sizeof(dir)) < 0)
		return doc_error_set(err, DOC_E_SPAWN,
		    "cannot tell where the engine programs are");
	snprintf(p->exe, sizeof(p->exe), "%s/%s", dir, p->config.tool);
	return 0;
}

/* Without one that was asked for by name, only a user who takes less goes on.
 */
static int
open_cgroup(struct doc_pool *p, struct doc_error *err)
{
	const char *where = p->config.cgroup;
	bool search = where == NULL || strcmp(where, "auto") == 0;
	struct doc_error why = { 0 };

	if (p->config.limits.cage == DOC_CAGE_NONE ||
	    (where != NULL && strcmp(where, "none") == 0) ||
	    doc_cgroup_open(&p->cgroup, search ? "auto" : where,
		p->config.limits.memory, &why) == 0)
		return 0;
	if (!search && !p->config.allow_degraded)
		return doc_error_set(err, why.code, "--cgroup: %s", why.msg);
	if (search)
		doc_info("workers share our control group: %s", why.msg);
	else
		doc_warn("--cgroup: %s", why.msg);
	return 0;
}

static void
wait_ready(struct doc_pool *p)
{
	const int *stop = p->config.stop;

	while (zlink_live(p) == NULL && !p->failed) {
		int wait = doc_pool_tick(p);

		doc_loop_once(p->loop, wait);
		if (stop != NULL && *stop != 0) {
			p->failed = true;
			doc_error_set(&p->why, DOC_E_STREAM,
			    "stopped by signal %d", *stop);
		}
	}
}

/* docrun asks what each tenant costs. */
static int
open_bill(void)
{
	const char *path = getenv("DOCPIPE_BILL");

	return path == NULL ? -1
			    : open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

int
doc_pool_open(struct doc_pool **out, struct doc_loop *loop,
    struct doc_share *share, const struct doc_pool_config *config,
    struct doc_error *err)
{
	struct doc_pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	p->loop = loop;
	p->config = *config;
	p->share = share;
	p->bill = open_bill();
	p->temp_lock = -1;
	if (find_zygote(p, err) < 0 || make_temp(p, err) < 0 ||
	    open_cgroup(p, err) < 0 || zlink_start(p, err) < 0) {
		doc_pool_close(p);
		return -1;
	}
	wait_ready(p);
	if (p->failed)
		*err = p->why;
	if (p->failed || doc_cage_harden_parent(err) < 0) {
		doc_pool_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
pool_fill(struct doc_pool *p)
{
	struct zlink *z = zlink_live(p);
	unsigned ready = 0;

	if (z == NULL)
		return;
	for (struct wlink *w = p->workers; w != NULL; w = w->next)
		ready += w->state == W_READY && w->zygote == z && !w->eof;
	for (; ready < p->share->slots; ready++)
		if (wlink_spawn(z) == NULL)
			return;
}

/* No worker waits, and none could be made.  As long as one is busy its end
 * brings another; without any, it is tried again for a while: descriptors or
 * memory may come free elsewhere. */
static bool
run_dry(struct doc_pool *p)
{
	uint64_t now = doc_clock_ms();

	if (zlink_live(p) == NULL || p->workers != NULL) {
		p->dry_since_ms = 0;
		return false;
	}
	if (p->dry_since_ms == 0)
		p->dry_since_ms = now;
	if (now - p->dry_since_ms < DRY_MS)
		return false;
	p->failed = true;
	doc_error_set(&p->why, DOC_E_SPAWN, "cannot make a worker any more");
	return true;
}

static bool
place(struct doc_pool *p, bool (*have)(struct doc_share *))
{
	if (p->failed)
		return true;
	if (p->orphans != NULL)
		return false;
	if (wlink_ready(p, NULL) == NULL) {
		pool_fill(p);
		if (wlink_ready(p, NULL) == NULL)
			return run_dry(p);
	}
	p->dry_since_ms = 0;
	return have(p->share);
}

bool
doc_pool_free(struct doc_pool *p)
{
	return place(p, doc_share_free);
}

bool
doc_pool_guest(struct doc_pool *p)
{
	return place(p, doc_share_guest);
}

unsigned
doc_pool_busy(const struct doc_pool *p, const char *tenant)
{
	unsigned n = 0;

	for (const struct wlink *w = p->workers; w != NULL; w = w->next)
		n += w->state == W_BUSY && strcmp(w->tenant, tenant) == 0;
	return n;
}

static void
run(struct doc_pool *p, struct doc_job *job)
{
	struct wlink *w = wlink_ready(p, job->tenant);

	/* Those that wait belong to other tenants: a fresh one. */
	if (w == NULL)
		w = wlink_spawn(zlink_live(p));
	if (w == NULL) {
		doc_error_set(&job->err, DOC_E_SPAWN, "cannot start a worker");
		doc_share_idle(p->share);
		job->ops->done(job);
		return;
	}
	doc_share_take(p->share);
	wlink_submit(w, job);
}

void
doc_pool_submit(struct doc_pool *p, struct doc_job *job)
{
	if (p->failed) {
		job->err = p->why;
		job->ops->done(job);
		return;
	}
	run(p, job);
}

static bool
is_canary(const struct doc_job *job)
{
	return job->unit == DOC_UNIT_CANARY;
}

void
pool_job_done(struct doc_pool *p, struct doc_job *job)
{
	if (!is_canary(job))
		doc_share_give(p->share);
	job->ops->done(job);
}

void
pool_job_orphaned(struct doc_pool *p, struct doc_job *job)
{
	doc_share_give(p->share);
	if (job->attempts < 2) {
		if (job->ops->again != NULL)
			job->ops->again(job);
		job->next = p->orphans;
		p->orphans = job;
		return;
	}
	doc_error_set(&job->err, DOC_E_SPAWN,
	    "the engine process died twice on it");
	job->ops->done(job);
}

/* True when there were some: what became of them is to be looked at. */
static bool
run_orphans(struct doc_pool *p)
{
	bool some = false;

	while (p->orphans != NULL &&
	    (p->failed ||
		(zlink_live(p) != NULL && doc_share_free(p->share)))) {
		struct doc_job *job = p->orphans;

		p->orphans = job->next;
		some = true;
		if (p->failed) {
			job->err = p->why;
			job->ops->done(job);
		} else {
			run(p, job);
		}
	}
	return some;
}

/* Milliseconds until `limit` after `since`; 0 when it has passed. */
static uint64_t
left(uint64_t now, uint64_t since, uint64_t limit)
{
	return now - since >= limit ? 0 : limit - (now - since);
}

/* Kill w if one of its clocks ran out, else say how long it may go on. */
static uint64_t
check_clocks(struct wlink *w, uint64_t now)
{
	const struct doc_limits *l = &w->pool->config.limits;
	uint64_t total = left(now, w->started_ms, l->timeout_ms);
	uint64_t stall = UINT64_MAX;

	if (w->pool->config.beats)
		stall = left(now, w->beat_ms, l->stall_ms);
	if (total == 0 || stall == 0)
		doc_info("a worker is stopped: %s",
		    total == 0 ? "its time is over" : "no sign of life");
	if (total == 0)
		wlink_kill(w, DOC_KILL_TIMEOUT);
	else if (stall == 0)
		wlink_kill(w, DOC_KILL_STALL);
	return DOC_MIN(total, stall);
}

/* The same for one that has answered, and should be gone. */
static uint64_t
check_lingering(struct wlink *w, uint64_t now)
{
	uint64_t ms = left(now, w->beat_ms, LINGER_MS);

	if (ms > 0)
		return ms;
	doc_info("a worker is ended: it answered, and stays");
	wlink_kill(w, DOC_KILL_STOP);
	return UINT64_MAX;
}

int
doc_pool_tick(struct doc_pool *p)
{
	uint64_t now = doc_clock_ms(), next = UINT64_MAX;

	if (run_orphans(p))
		return 0;
	for (struct wlink *w = p->workers; w != NULL; w = w->next) {
		/* One that answered and is to tell what it cost must end. */
		if ((w->state == W_BUSY || w->job != NULL) &&
		    w->kill == DOC_KILL_NONE)
			next = DOC_MIN(next, check_clocks(w, now));
		else if (wlink_lingers(w))
			next = DOC_MIN(next, check_lingering(w, now));
	}
	if (p->orphans != NULL || p->dry_since_ms != 0)
		next = DOC_MIN(next, (uint64_t)50);
	return next == UINT64_MAX ? -1
				  : (int)DOC_MIN(next + 1, (uint64_t)60000);
}

static const struct zlink *
newest(const struct doc_pool *p)
{
	const struct zlink *z = zlink_live(p);

	return z ? z : p->zygotes;
}

/* The engine cannot know of the group that we put its workers in. */
unsigned
doc_pool_missing(const struct doc_pool *p)
{
	unsigned missing = newest(p)->ready.missing;

	return p->cgroup != NULL ? missing & ~(unsigned)DOC_MECH_CGROUP
				 : missing;
}

enum doc_level
doc_pool_level(const struct doc_pool *p)
{
	return doc_cage_level(doc_pool_missing(p),
	    newest(p)->ready.landlock_abi);
}

void
doc_pool_facts(const struct doc_pool *p, struct doc_json *j)
{
	const struct doc_buf *f = &newest(p)->facts;
	size_t at = 0;

	while (at < f->len) {
		const char *key = f->data + at;
		const char *value = key + strlen(key) + 1;

		doc_json_str(j, key, value);
		at = (size_t)(value - f->data) + strlen(value) + 1;
	}
}

const char *
doc_pool_fact(const struct doc_pool *p, const char *name)
{
	const struct doc_buf *f = &newest(p)->facts;
	size_t at = 0;

	while (at < f->len) {
		const char *key = f->data + at;
		const char *value = key + strlen(key) + 1;

		if (strcmp(key, name) == 0)
			return value;
		at = (size_t)(value - f->data) + strlen(value) + 1;
	}
	return NULL;
}

void
doc_pool_close(struct doc_pool *p)
{
	if (p == NULL)
		return;
	zlink_stop_all(p);
	wlink_free_all(p);
	doc_cgroup_close(p->cgroup);
	if (p->bill >= 0)
		close(p->bill);
	if (p->temp_lock >= 0) {
		doc_tree_remove(p->temp_dir);
		close(p->temp_lock);
	}
	free(p);
}
