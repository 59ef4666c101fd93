/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stage and what it holds.
 *
 * When it dies, all it had comes back and is given to its successor one at a
 * time, so that it shows which document does it.  Whose death can be the
 * stage's own doing is believed after one more; SIGKILL and the like may come
 * from outside, and only the fifth one that hits the same lonely document
 * counts.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/run/hub_impl.h"

enum {
	SENT_MAX = 256,
	SENT_BYTES = 8 << 20,
	WAITING_MAX = 64,
	WAITING_BYTES = 8 << 20,
	SHARED_MAX = 16, /* of several tenants, ... */
	SHARED_JOB = 4,	 /* ... and for each worker */
	FRUITLESS_MAX = 10,
	DEATHS_OWN = 1 /* alone, after the one in company */
};

static const char ping[] = "{\"v\":1,\"type\":\"ping\"}\n";
/* So that the stage knows its input to be whole. */
static const char end[] = "{\"v\":1,\"type\":\"end\",\"stage\":\"docrun\"}\n";

/* With several tenants no queue is so long that one who comes late waits for
 * what the others have in it. */
static unsigned
most(const struct hop *hop, unsigned alone)
{
	const struct doc_hub *s = hop->hub->setup;

	return s->tenants->n > 1
	    ? DOC_MIN(alone, SHARED_MAX + SHARED_JOB * s->broker->most)
	    : alone;
}

bool
hop_room(const struct hop *hop)
{
	return hop->waiting.count < most(hop, WAITING_MAX) &&
	    hop->waiting.bytes < WAITING_BYTES;
}

void
hop_take(struct hop *hop, struct doc_flight *f)
{
	f->deaths = 0;
	doc_queue_add(&hop->waiting, f);
	hop->hub->moves++;
}

static bool
may_send(const struct hop *hop)
{
	const struct doc_flight *next = hop->waiting.head;
	const struct doc_flight *there = hop->sent.head;

	if (next == NULL || hop->child.pid == 0)
		return false;
	/* The suspect alone, and only once its stage is known to live. */
	if (next->alone || (there != NULL && there->alone))
		return there == NULL && hop->alive;
	return hop->sent.count < most(hop, SENT_MAX) &&
	    hop->sent.bytes < SENT_BYTES;
}

/* Of the tenant that has the fewest there. */
static struct doc_flight *
choose(const struct hop *hop)
{
	struct doc_flight *best = hop->waiting.head;
	unsigned fewest = UINT32_MAX;

	if (hop->hub->setup->tenants->n == 1 || best->alone)
		return best;
	for (struct doc_flight *f = hop->waiting.head; f; f = f->next) {
		unsigned n = 0;

		for (struct doc_flight *g = hop->sent.head; g; g = g->next)
			n += g->tenant == f->tenant;
		if (n < fewest) {
			fewest = n;
			best = f;
		}
	}
	return best;
}

static void
send_some(struct hop *hop)
{
	bool any = false;

	while (may_send(hop)) {
		struct doc_flight *f = choose(hop);

		if (doc_buf_add(&hop->child.out, f->line.data, f->line.len) < 0)
			break;
		doc_queue_remove(&hop->waiting, f);
		doc_queue_add(&hop->sent, f);
		any = true;
	}
	if (any)
		doc_child_write(&hop->child);
	if (hop->ending && hop->waiting.head == NULL && !hop->child.closing &&
	    doc_buf_adds(&hop->child.out, end) == 0)
		doc_child_end(&hop->child);
}

/* A stage of the user's that left one out will not write it any more. */
static void
lose(struct hop *hop, struct doc_flight *f)
{
	struct doc_error err = { 0 };

	doc_error_set(&err, DOC_E_LOST, "%s wrote no record for it",
	    hop->command->name);
	doc_queue_remove(&hop->sent, f);
	if (hub_result(f, hop->command->key, "error", DOC_R_NONE, &err) < 0)
		hub_fail(hop->hub, &err);
	hub_pass(hop->hub, hop->index + 1, f);
}

static void
returned(struct hop *hop, const char *id, const char *line, size_t len)
{
	struct doc_flight *f = doc_queue_find(&hop->sent, id);
	struct doc_error err = { 0 };

	if (f == NULL) {
		doc_warn("%s wrote a record nobody asked for: %s",
		    hop->command->name, id);
		return;
	}
	/* Its order is the order of the input. */
	while (hop->command->shell != NULL && hop->sent.head != f)
		lose(hop, hop->sent.head);
	doc_queue_remove(&hop->sent, f);
	if (doc_flight_set(f, line, len) < 0) {
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory for a record");
		hub_fail(hop->hub, &err);
	}
	f->deaths = 0;
	f->alone = false;
	hop->returned++;
	hop->fruitless = 0;
	hop->heard_ms = doc_clock_ms();
	hub_pass(hop->hub, hop->index + 1, f);
}

static bool
is_end_of(const char *line, size_t len, const struct doc_command *command,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf stage = { 0 };
	struct doc_record rec;

	return doc_record_parse(&rec, line, len, err) == 0 &&
	    rec.type == DOC_TYPE_END &&
	    doc_record_str(&rec, "stage", &stage) == 1 &&
	    stage.len == strlen(command->name) &&
	    memcmp(stage.data, command->name, stage.len) == 0;
}

static void
hear(struct hop *hop, const char *line, size_t len)
{
	struct doc_record rec;
	struct doc_error err = { 0 };
	char id[DOC_ID_SIZE];
	int rc = doc_line_id(line, len, id);

	/* What others write is looked at before it is believed. */
	if (hop->command->shell != NULL && rc >= 0 &&
	    doc_record_parse(&rec, line, len, &err) < 0)
		rc = -1;
	if (rc < 0)
		doc_warn("%s wrote what is no record: %s", hop->command->name,
		    err.code ? err.msg : "not JSON of ours");
	else if (rc > 0)
		returned(hop, id, line, len);
	else if (len == sizeof(ping) - 2 && memcmp(line, ping, len) == 0)
		hop->alive = true;
	else if (is_end_of(line, len, hop->command, &err) &&
	    doc_ledger_facts(hop->hub->setup->ledger, hop->command->name, line,
		len) < 0)
		hub_fail(hop->hub, &err);
}

/* Convicted: it goes on without this stage. */
static void
poison(struct hop *hop, struct doc_flight *f)
{
	struct doc_error err = { 0 };

	doc_warn("a document ended %s again and again, and goes on without it "
		 "(%s)",
	    hop->command->name, f->id);
	doc_error_set(&err, DOC_E_POISON, "it ended %s every time",
	    hop->command->name);
	f->alone = false;
	if (hub_result(f, hop->command->key, "error", DOC_R_NONE, &err) < 0)
		hub_fail(hop->hub, &err);
	hop->fruitless = 0;
	hub_pass(hop->hub, hop->index + 1, f);
}

static void
describe(const struct hop *hop, int ws, struct doc_buf *out)
{
	if (WIFSIGNALED(ws))
		doc_buf_addf(out, "%s was ended by signal %d (%s)",
		    hop->command->name, WTERMSIG(ws), strsignal(WTERMSIG(ws)));
	else
		doc_buf_addf(out, "%s ended with status %d", hop->command->name,
		    WEXITSTATUS(ws));
}

/* Take back what it had; a lonely document is judged. */
static void
bring_back(struct hop *hop, int ws)
{
	struct doc_flight *f = hop->sent.head;
	unsigned most = hub_from_outside(ws) ? HUB_DEATHS_OUTSIDE : DEATHS_OWN;

	if (f != NULL && f->alone && ++f->deaths >= most) {
		doc_queue_remove(&hop->sent, f);
		poison(hop, f);
	}
	for (f = hop->sent.head; f != NULL; f = f->next)
		f->alone = true;
	doc_queue_prepend(&hop->waiting, &hop->sent);
}

/* Status 2 and 4 are its last word, and 3 says that the machine is in
 * trouble; but a user's stage may mean anything by them. */
static bool
hopeless(const struct hop *hop, int ws)
{
	bool ours = hop->command->shell == NULL;

	return hop->fruitless >= FRUITLESS_MAX ||
	    (ours && WIFEXITED(ws) && WEXITSTATUS(ws) > 1);
}

static void
give_up(struct hop *hop, int ws)
{
	struct hub *hub = hop->hub;
	struct doc_error err = { 0 };
	int status = WIFEXITED(ws) ? WEXITSTATUS(ws) : 3;

	describe(hop, ws, &hub->setup->why);
	doc_error_set(&err, DOC_E_STREAM, "%s", doc_buf_str(&hub->setup->why));
	if (hub->status == 0)
		hub->status = hop->command->shell || status < 2 ? 3 : status;
	hub_fail(hub, &err);
}

static void
died(struct hop *hop, int ws)
{
	struct hub *hub = hop->hub;
	doc_autobuf struct doc_buf why = { 0 };

	if (*hub->setup->signal != 0 || hub->err.code != DOC_E_NONE)
		return;
	describe(hop, ws, &why);
	hop->fruitless += hop->returned == 0;
	if (hopeless(hop, ws)) {
		give_up(hop, ws);
		return;
	}
	doc_broker_refill(hub->setup->broker);
	hub->setup->restarts++;
	bring_back(hop, ws);
	doc_warn("%s; starting it again, %u documents wait", doc_buf_str(&why),
	    hop->waiting.count);
	if (hop_start(hop) < 0)
		hub_fail(hub, &hop->child.err);
}

static void
end_of_output(struct hop *hop)
{
	bool told = hop->child.closing;
	int ws = doc_child_reap(&hop->child);
	bool good = WIFEXITED(ws) && WEXITSTATUS(ws) <= 1;

	hop->alive = false;
	if (hop->command->shell != NULL && told && good)
		while (hop->sent.head != NULL)
			lose(hop, hop->sent.head);
	if (told && good && hop->sent.head == NULL) {
		hop->over = hop->ending && hop->waiting.head == NULL;
		if (!hop->over && hop_start(hop) < 0)
			hub_fail(hop->hub, &hop->child.err);
		return;
	}
	died(hop, ws);
}

static bool
next_has_room(const struct hop *hop)
{
	const struct hub *hub = hop->hub;

	return hop->index + 1 >= hub->setup->stage_count ||
	    hop_room(&hub->hops[hop->index + 1]);
}

void
hop_pump(struct hop *hop)
{
	struct doc_child *child = &hop->child;
	const char *line;
	size_t len;
	int rc = 0;

	if (child->pid == 0)
		return;
	while (next_has_room(hop) && child->err.code == DOC_E_NONE &&
	    (rc = doc_lines_next(&child->lines, &line, &len, &child->err)) > 0)
		hear(hop, line, len);
	if (child->err.code != DOC_E_NONE) {
		hub_fail(hop->hub, &child->err);
		return;
	}
	if (child->lines.eof && rc == 0 && next_has_room(hop)) {
		end_of_output(hop);
		return;
	}
	doc_child_pause(child, !next_has_room(hop));
	send_some(hop);
}

void
hop_end(struct hop *hop)
{
	hop->ending = true;
	if (hop->child.pid == 0)
		hop->over = true;
	else
		send_some(hop);
}

int
hop_start(struct hop *hop)
{
	struct doc_child *c = &hop->child;

	*c = (struct doc_child){ .loop = &hop->hub->loop };
	hop->returned = 0;
	hop->heard_ms = doc_clock_ms();
	hop->alive = hop->command->shell != NULL;
	if (doc_child_start(c, hop->command, &c->err) < 0)
		return -1;
	if (!hop->alive) {
		if (doc_buf_adds(&c->out, ping) < 0)
			return -1;
		doc_child_write(c);
	}
	send_some(hop);
	return 0;
}

int
hop_tick(struct hop *hop)
{
	uint64_t now = doc_clock_ms();
	uint64_t due = hop->heard_ms + hop->hub->setup->stall_ms;

	/* Our own stages keep their own clocks. */
	if (hop->command->shell == NULL || hop->child.pid == 0 ||
	    hop->sent.head == NULL)
		return -1;
	if (now < due)
		return (int)DOC_MIN(due - now, 60000U);
	hop->heard_ms = now;
	if (!hop->child.closing && hop->sent.count == most(hop, SENT_MAX))
		doc_child_end(&hop->child); /* it may wait for more */
	else
		doc_child_kill(&hop->child, SIGKILL);
	return 1000;
}
