/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/run/drop.h"
#include "lib/run/hub_impl.h"

/* Ends of docrun with a document in the stages, until it is given to them
 * alone; and with it alone, until it is not given to them any more. */
enum { TICK_MS = 200, SUSPECT_TRIES = 2, LONE_TRIES = 5 };

void
hub_fail(struct hub *hub, const struct doc_error *err)
{
	if (hub->err.code != DOC_E_NONE)
		return;
	hub->err = *err;
	if (err->code == DOC_E_NONE)
		doc_error_set(&hub->err, DOC_E_NO_MEMORY, "no memory");
}

bool
hub_from_outside(int ws)
{
	int sig = WIFSIGNALED(ws) ? WTERMSIG(ws) : 0;

	return sig == SIGKILL || sig == SIGTERM || sig == SIGINT ||
	    sig == SIGHUP;
}

struct doc_entry *
hub_entry_new(struct hub *hub, const char *id, uint32_t n)
{
	struct doc_entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	hub->entries++;
	snprintf(e->id, sizeof(e->id), "%s", id);
	e->n = n;
	return e;
}

void
hub_entry_free(struct hub *hub, struct doc_entry *e)
{
	if (e->doubtful && e->listed && hub->err.code == DOC_E_NONE) {
		feed_anew(e->feed, e);
		return;
	}
	/* All of it is done: that much is known for the next time. */
	if (e->listed && e->seen && hub->err.code == DOC_E_NONE &&
	    doc_ledger_whole(hub->setup->ledger, e->n) < 0)
		hub_fail(hub, &hub->err);
	hub->entries--;
	doc_buf_release(&e->path);
	doc_buf_release(&e->came);
	free(e);
}

int
hub_result(struct doc_flight *f, const char *key, const char *status,
    enum doc_reason reason, const struct doc_error *why)
{
	doc_autobuf struct doc_buf b = { 0 }, line = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "status", status);
	if (reason != DOC_R_NONE)
		doc_reasons_write((uint64_t)1 << reason, &j);
	if (why != NULL)
		doc_error_write(why, &j);
	doc_json_close(&j, '}');
	if (j.failed ||
	    doc_record_parse(&rec, f->line.data, f->line.len - 1, &err) < 0 ||
	    doc_record_append(&rec, key, b.data, b.len, &line) < 0)
		return -1;
	return doc_flight_set(f, line.data, line.len - 1);
}

/* Through all stages, or none: keep it. */
static void
land(struct hub *hub, struct doc_flight *f)
{
	struct doc_hub *s = hub->setup;
	struct doc_entry *e = f->entry;
	struct doc_error err = { 0 };
	struct doc_record rec;

	if (doc_ledger_done(s->ledger, f, &err) < 0 ||
	    doc_record_parse(&rec, f->line.data, f->line.len - 1, &err) < 0) {
		hub_fail(hub, &err);
	} else {
		doc_meter_count(s->meter, &rec);
		doc_tenant_count(f->tenant, &rec);
	}
	if (hub->lone == f)
		hub->lone = NULL;
	hub->flying--;
	hub->launched--;
	hub->moves++;
	doc_flight_free(f);
	if (--e->flying == 0 && e->listed)
		hub_entry_free(hub, e);
}

void
hub_pass(struct hub *hub, unsigned next, struct doc_flight *f)
{
	if (next < hub->setup->stage_count) {
		hop_take(&hub->hops[next], f);
		return;
	}
	doc_tenant_landed(f->tenant, f);
	land(hub, f);
}

void
hub_listed(struct hub *hub, struct doc_flight *f)
{
	f->entry->flying++;
	hub->flying++;
	hub->moves++;
	doc_queue_add(&f->tenant->ready, f);
}

/* The same result from every stage, without asking any. */
static void
refuse(struct hub *hub, struct doc_flight *f, const char *status,
    enum doc_reason reason, const struct doc_error *err)
{
	for (unsigned i = 0; i < hub->setup->stage_count; i++)
		if (hub_result(f, hub->setup->stages[i].key, status, reason,
			err) < 0)
			hub_fail(hub, &hub->err);
	doc_tenant_landed(f->tenant, f);
	land(hub, f);
}

/* What ends docrun while engines load is no document. */
static bool
all_alive(const struct hub *hub)
{
	for (unsigned i = 0; i < hub->setup->stage_count; i++)
		if (!hub->hops[i].alive)
			return false;
	return true;
}

/* Nothing flies beside it, and nothing will. */
static bool
only_one(const struct hub *hub)
{
	const struct doc_hub *s = hub->setup;
	unsigned more = 0;

	for (unsigned i = 0; i < s->lister_count; i++)
		more += hub->feeds[i].fed + !hub->feeds[i].exhausted;
	for (unsigned i = 0; i < s->tenants->n; i++)
		more += s->tenants->at[i]->ready.count;
	more += !hub->inlet.over;
	return hub->launched == 1 && all_alive(hub) &&
	    (hub->lone != NULL || more <= 1);
}

static void
launch(struct hub *hub, struct doc_flight *f)
{
	struct doc_error err = { 0 };

	hub->launched++;
	if (f->tenant->stopped != DOC_R_NONE) {
		f->tenant->bill.refused++;
		refuse(hub, f, "skipped", f->tenant->stopped, NULL);
		return;
	}
	/* docrun itself, or the machine, went down with it, and nothing else
	 * was there. */
	if (f->past.lone >= LONE_TRIES) {
		doc_error_set(&err, DOC_E_POISON,
		    "the run ended %d times with nothing but this at work",
		    LONE_TRIES);
		refuse(hub, f, "error", DOC_R_NONE, &err);
		return;
	}
	if (doc_ledger_try(hub->setup->ledger, f->entry->n, f->id,
		only_one(hub), doc_crc32c(f->line.data, f->line.len - 1)) < 0)
		hub_fail(hub, &err);
	hub_pass(hub, 0, f);
}

/*
 * Those docrun ended with before come when nothing else is there, the one that
 * was alone least often first: who only happened to be there is not the first
 * of all again and again.
 */
static struct doc_flight *
next_suspect(struct hub *hub)
{
	struct doc_flight *best = hub->suspects.head;

	if (best == NULL || hub->launched > 0 || !all_alive(hub))
		return NULL;
	for (struct doc_flight *f = best; f != NULL; f = f->next)
		if (f->past.lone < best->past.lone)
			best = f;
	doc_queue_remove(&hub->suspects, best);
	hub->lone = best;
	return best;
}

/* Give the first stage what it has room for. */
static void
fill(struct hub *hub)
{
	struct doc_hub *s = hub->setup;

	while (hub->lone == NULL && hub->err.code == DOC_E_NONE &&
	    (s->stage_count == 0 || hop_room(&hub->hops[0]))) {
		struct doc_flight *f = doc_tenants_next(s->tenants);

		if (f != NULL &&
		    f->past.tries + f->past.lone >= SUSPECT_TRIES) {
			doc_queue_add(&hub->suspects, f);
			continue;
		}
		f = f ? f : next_suspect(hub);
		if (f == NULL)
			return;
		launch(hub, f);
	}
}

int
hub_start(struct hub *hub)
{
	if (hub->started)
		return 0;
	hub->started = true;
	for (unsigned i = 0; i < hub->setup->stage_count; i++)
		if (hop_start(&hub->hops[i]) < 0) {
			hub_fail(hub, &hub->hops[i].child.err);
			return -1;
		}
	return 0;
}

/* Take in what there is.  Will nothing more come into the stages? */
static bool
pump_sources(struct hub *hub)
{
	const struct doc_hub *s = hub->setup;
	bool over = true;

	for (unsigned i = 0; i < s->lister_count; i++) {
		feed_pump(&hub->feeds[i]);
		over = over && hub->feeds[i].over;
	}
	inlet_pump(&hub->inlet);
	over = over && hub->inlet.over && hub->suspects.head == NULL;
	for (unsigned i = 0; i < s->tenants->n; i++)
		over = over && s->tenants->at[i]->ready.head == NULL;
	return over;
}

static void
pump(struct hub *hub)
{
	const struct doc_hub *s = hub->setup;
	uint64_t before;

	do {
		bool over;

		before = hub->moves;
		/* From the end, so that room made there is used here. */
		for (unsigned i = s->stage_count; i-- > 0;)
			hop_pump(&hub->hops[i]);
		over = pump_sources(hub);
		fill(hub);
		for (unsigned i = 0; i < s->stage_count; i++) {
			struct hop *hop = &hub->hops[i];

			if (over && !hop->ending)
				hop_end(hop);
			over = over && hop->over;
		}
	} while (hub->moves != before && hub->err.code == DOC_E_NONE);
}

static bool
done(const struct hub *hub)
{
	const struct doc_hub *s = hub->setup;

	if (!hub->inlet.over)
		return false;
	for (unsigned i = 0; i < s->lister_count; i++)
		if (!hub->feeds[i].over)
			return false;
	for (unsigned i = 0; i < s->stage_count; i++)
		if (!hub->hops[i].over)
			return false;
	return true;
}

/* The clocks; milliseconds to sleep at most, -1 with hub->err. */
static int
tick(struct hub *hub)
{
	struct doc_hub *s = hub->setup;
	struct doc_error err = { 0 };
	int ms = doc_ledger_tick(s->ledger, &err), least = TICK_MS;

	if (ms == -2) {
		hub_fail(hub, &err);
		return 0;
	}
	if (ms >= 0)
		least = DOC_MIN(least, ms);
	for (unsigned i = 0; i < s->stage_count; i++) {
		ms = hop_tick(&hub->hops[i]);
		if (ms >= 0)
			least = DOC_MIN(least, ms);
	}
	doc_broker_tick(s->broker);
	doc_meter_draw(s->meter);
	return least;
}

/* Every name that was taken led to records, and all of these are kept. */
static void
balance(struct hub *hub)
{
	struct doc_error err = { 0 };

	if (hub->entries == 0 && hub->flying == 0)
		return;
	doc_error_set(&err, DOC_E_STREAM,
	    "%u inputs and %u documents were lost on the way", hub->entries,
	    hub->flying);
	hub_fail(hub, &err);
}

/* Does the signal end all at once?  SIGTERM only lets no more names in when
 * --watch would otherwise never end; the next one is meant. */
static bool
stopped_by(struct hub *hub)
{
	struct doc_hub *s = hub->setup;

	if (*s->signal != SIGTERM || !s->watches || hub->draining)
		return *s->signal != 0;
	hub->draining = true;
	*s->signal = 0;
	return false;
}

static void
run(struct hub *hub)
{
	const struct doc_hub *s = hub->setup;

	for (;;) {
		int ms;

		pump(hub);
		ms = tick(hub);
		if (hub->err.code != DOC_E_NONE || stopped_by(hub))
			return;
		if (done(hub)) {
			balance(hub);
			return;
		}
		if (s->deadline_ms != 0 && doc_clock_ms() >= s->deadline_ms) {
			hub->setup->timed_out = true;
			return;
		}
		doc_loop_once(&hub->loop, ms);
	}
}

static void
stop(struct hub *hub)
{
	const struct doc_hub *s = hub->setup;

	for (unsigned i = 0; i < s->lister_count; i++)
		doc_child_kill(&hub->feeds[i].child, SIGTERM);
	for (unsigned i = 0; i < s->stage_count; i++)
		doc_child_kill(&hub->hops[i].child, SIGTERM);
	for (unsigned i = 0; i < s->stage_count; i++) {
		doc_child_reap(&hub->hops[i].child);
		doc_queue_release(&hub->hops[i].waiting);
		doc_queue_release(&hub->hops[i].sent);
	}
	for (unsigned i = 0; i < s->lister_count; i++)
		feed_release(&hub->feeds[i]);
	inlet_release(&hub->inlet);
	doc_queue_release(&hub->suspects);
	free(hub->hops);
	free(hub->feeds);
	doc_loop_del(&hub->loop, &s->ear->watch);
	doc_loop_close(&hub->loop);
}

/* What happens in drop folders wakes the loop: once, for they are not always
 * read at once. */
static void
watch_drops(struct hub *hub)
{
	struct doc_error err = { 0 };

	for (unsigned i = 0; i < hub->setup->lister_count; i++) {
		struct doc_drop *d = hub->setup->names[i].drop;

		if (d != NULL &&
		    doc_loop_add(&hub->loop, doc_drop_watch(d),
			EPOLLIN | EPOLLET, &err) < 0)
			hub_fail(hub, &err);
	}
}

int
doc_hub_run(struct doc_hub *s, struct doc_error *err)
{
	struct hub hub = { .setup = s };
	bool ready = doc_loop_open(&hub.loop, err) == 0;

	hub.hops = calloc(s->stage_count + 1, sizeof(*hub.hops));
	hub.feeds = calloc(s->lister_count + 1, sizeof(*hub.feeds));
	if (!ready || hub.hops == NULL || hub.feeds == NULL) {
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
		return 3;
	}
	for (unsigned i = 0; i < s->stage_count; i++)
		hub.hops[i] = (struct hop){ .hub = &hub,
			.index = i,
			.command = &s->stages[i],
			.child = { .to.fd = -1, .from.fd = -1 } };
	for (unsigned i = 0; i < s->lister_count; i++)
		hub.feeds[i] = (struct feed){ .hub = &hub,
			.tenant = s->tenants->at[i],
			.command = &s->listers[i],
			.names = &s->names[i],
			.child = { .to.fd = -1, .from.fd = -1 } };
	inlet_start(&hub.inlet, &hub);
	hub.inlet.over = !s->records;
	watch_drops(&hub);
	if (doc_loop_add(&hub.loop, &s->ear->watch, EPOLLIN, err) < 0)
		hub_fail(&hub, err);
	doc_meter_start(s->meter);
	run(&hub);
	doc_meter_finish(s->meter);
	stop(&hub);
	s->unended = s->records && !hub.inlet.ended;
	*err = hub.err;
	if (hub.err.code == DOC_E_NONE)
		return 0;
	return hub.status ? hub.status : 3;
}
