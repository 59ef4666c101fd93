/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documents that come as records on standard input, from a doclist of the
 * user's and whatever is behind it.
 *
 * Each is an input of its own: a member of a container goes on without the
 * others.  More of them are held than a stage would, so that a tenant who comes
 * late is seen before the others' documents are through (look-ahead decides
 * what is fair, not whose turn it is).
 */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "lib/base/digest.h"
#include "lib/run/hub_impl.h"

enum { HELD_MAX = 4096, HELD_BYTES = 16 << 20 };

static void
broken(struct inlet *in, const struct doc_error *why)
{
	struct doc_error err = { 0 };

	doc_error_set(&err, DOC_E_STREAM, "standard input, line %ju: %s",
	    (uintmax_t)in->lines.number, why->msg);
	hub_fail(in->hub, &err);
}

static struct doc_tenant *
tenant_of(struct inlet *in, const struct doc_record *rec, struct doc_error *err)
{
	doc_autobuf struct doc_buf name = { 0 };
	struct doc_hub *s = in->hub->setup;
	int rc = doc_record_str(rec, "tenant", &name);
	const char *word = rc == 1 ? doc_buf_str(&name) : s->tenant;
	struct doc_tenant *t = NULL;

	if (rc < 0 || word == NULL)
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	else if (!doc_tenant_valid(word))
		doc_error_set(err, DOC_E_STREAM, "no tenant may be called so");
	else if ((t = doc_tenants_get(s->tenants, word)) == NULL)
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return t;
}

/* Another line is another input. */
static uint64_t
signature(const char *line, size_t len)
{
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	doc_digest_add(&d, line, len);
	doc_digest_hex(&d, hex);
	hex[16] = '\0';
	return strtoull(hex, NULL, 16);
}

/* Into the journal, and on its way unless it is done. */
static int
launch(struct inlet *in, struct doc_entry *e, struct doc_tenant *tenant,
    const char *line, size_t len)
{
	struct doc_ledger *ledger = in->hub->setup->ledger;
	struct doc_past past = { 0 };
	struct doc_flight *f;
	struct doc_error err = { 0 };

	if (doc_ledger_begin(ledger, &err) < 0 ||
	    doc_ledger_in(ledger, e->n, e->id, e->sig) < 0)
		return -1;
	if (e->again)
		doc_ledger_past(ledger, e->n, e->id, &past);
	if (past.done) {
		hub_entry_free(in->hub, e);
		return 0;
	}
	f = doc_flight_new(e, e->id, line, len);
	if (f == NULL)
		return -1;
	f->tenant = tenant;
	f->past = past;
	hub_listed(in->hub, f);
	return hub_start(in->hub);
}

static void
take(struct inlet *in, const struct doc_record *rec)
{
	struct doc_hub *s = in->hub->setup;
	struct doc_error err = { 0 };
	struct doc_tenant *tenant = tenant_of(in, rec, &err);
	struct doc_entry *e;
	enum doc_met met;
	char id[DOC_ID_SIZE];
	uint64_t sig = signature(rec->line, rec->len);
	uint32_t n;

	if (doc_line_id(rec->line, rec->len, id) != 1)
		doc_error_set(&err, DOC_E_STREAM, "a document without an id");
	if (err.code != DOC_E_NONE) {
		broken(in, &err);
		return;
	}
	met = doc_ledger_meet(s->ledger, id, sig, &n);
	if (met == DOC_MET_WHOLE) {
		s->skipped++;
		return;
	}
	s->inputs++;
	e = hub_entry_new(in->hub, id, n);
	if (e != NULL) {
		e->sig = sig;
		e->seen = e->listed = true;
		e->again = met == DOC_MET_PART;
	}
	if (e == NULL || launch(in, e, tenant, rec->line, rec->len) < 0) {
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
		broken(in, &err);
	}
}

static void
hear(struct inlet *in, const char *line, size_t len)
{
	doc_autobuf struct doc_buf stage = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;

	if (doc_record_parse(&rec, line, len, &err) < 0) {
		broken(in, &err);
	} else if (rec.type == DOC_TYPE_DOC) {
		take(in, &rec);
	} else if (rec.type == DOC_TYPE_END) {
		in->ended = true;
		if (doc_record_str(&rec, "stage", &stage) < 0 ||
		    doc_ledger_facts(in->hub->setup->ledger,
			doc_buf_str(&stage) ? stage.data : "", line, len) < 0)
			broken(in, &err);
	}
}

static bool
room(const struct inlet *in)
{
	const struct doc_tenants *t = in->hub->setup->tenants;
	size_t count = 0, bytes = 0;

	for (unsigned i = 0; i < t->n; i++) {
		count += t->at[i]->ready.count;
		bytes += t->at[i]->ready.bytes;
	}
	return count < HELD_MAX && bytes < HELD_BYTES;
}

static void
readable(struct doc_watch *w, unsigned events)
{
	struct inlet *in = w->ctx;
	struct doc_error err = { 0 };

	(void)events;
	if (doc_lines_fill(&in->lines, &err) < 0)
		hub_fail(in->hub, &err);
}

void
inlet_start(struct inlet *in, struct hub *hub)
{
	*in = (struct inlet){ .hub = hub,
		.watch = { .fd = 0, .ready = readable, .ctx = in } };
	doc_lines_init(&in->lines, 0, '\n', DOC_LINE_MAX);
}

void
inlet_pump(struct inlet *in)
{
	struct doc_error err = { 0 };
	const char *line;
	size_t len;
	int rc = 0;

	if (in->over)
		return;
	while (in->hub->err.code == DOC_E_NONE && room(in) &&
	    (rc = doc_lines_next(&in->lines, &line, &len, &err)) > 0)
		hear(in, line, len);
	if (rc < 0) {
		broken(in, &err);
	} else if (in->lines.eof && rc == 0 && room(in)) {
		in->over = true;
		doc_loop_del(&in->hub->loop, &in->watch);
	} else if (rc == 0 && room(in) && !in->watch.on) {
		if (doc_loop_add(&in->hub->loop, &in->watch, EPOLLIN, &err) < 0)
			hub_fail(in->hub, &err);
	} else if (!room(in)) {
		doc_loop_del(&in->hub->loop, &in->watch);
	}
}

void
inlet_release(struct inlet *in)
{
	doc_loop_del(&in->hub->loop, &in->watch);
	doc_lines_release(&in->lines);
}
