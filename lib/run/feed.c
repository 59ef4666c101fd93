/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tenant's doclist: names in, documents out.
 *
 * What comes out of one name comes in one piece: its own record, then those of
 * its members, which have a parent.  So the next record without one tells that
 * the name before is through.  When the next may be long in coming (--watch),
 * doclist is asked for a mark (lib/stage/intake.h), which serves as well.
 *
 * A name is listed more than once when doclist, or docrun, ended on the way;
 * what came before, or was done, is left out.  That rests on its being listed
 * the same.  A container whose worker was killed the second time has no members
 * then, and those not done would be lost: what is listed in two ways counts for
 * nothing, and is done from the start.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/version.h"
#include "lib/run/hub_impl.h"
#include "lib/stage/intake.h"

enum {
	FED_MAX = 256,	 /* names doclist has at a time */
	READY_MAX = 256, /* documents of the tenant that wait */
	MARK_MS = 150,	 /* of silence */
	/* What is remembered of a record that came: id and sum. */
	CAME = DOC_ID_SIZE + sizeof(uint32_t)
};

static void
id_of(const struct feed *feed, const char *path, size_t len,
    char id[static DOC_ID_SIZE])
{
	struct doc_name name = { .tenant = feed->tenant->name,
		.path = path,
		.path_len = len };

	doc_name_id(&name, id);
}

static void
append(struct feed *feed, struct doc_entry *e)
{
	e->next = NULL;
	if (feed->last != NULL)
		feed->last->next = e;
	else
		feed->first = e;
	feed->last = e;
	feed->fed++;
}

static int
start_lister(struct feed *feed)
{
	struct doc_child *c = &feed->child;

	*c = (struct doc_child){ .loop = &feed->hub->loop };
	feed->heard = 0;
	feed->current = NULL;
	return doc_child_start(c, feed->command, &c->err);
}

/* Tell doclist the name. */
static int
give(struct feed *feed, struct doc_entry *e)
{
	if (feed->child.pid == 0 &&
	    (hub_start(feed->hub) < 0 || start_lister(feed) < 0))
		return -1;
	append(feed, e);
	feed->moved_ms = doc_clock_ms();
	feed->marked = e->marker;
	if (doc_buf_adds(&feed->child.out, e->digest) < 0)
		return -1;
	return doc_buf_add(&feed->child.out, e->path.data, e->path.len);
}

static struct doc_entry *
new_entry(struct feed *feed, const struct doc_found *f, const char *id,
    uint32_t n)
{
	struct doc_entry *e = hub_entry_new(feed->hub, id, n);

	if (e == NULL)
		return NULL;
	e->feed = feed;
	e->size = f->size;
	e->sig = f->sig;
	e->came.max = (size_t)1 << 30; /* an archive may hold millions */
	if (f->digest != NULL)
		snprintf(e->digest, sizeof(e->digest), "%.66s", f->digest);
	if (doc_buf_add(&e->path, f->path, f->len) < 0 ||
	    doc_buf_addc(&e->path, '\0') < 0) {
		hub_entry_free(feed->hub, e);
		return NULL;
	}
	return e;
}

void
feed_through(struct feed *feed, struct doc_entry *e)
{
	struct doc_error err = { 0 };

	if (e->marker) {
		hub_entry_free(feed->hub, e);
		return;
	}
	e->listed = true;
	/* By an option of doclist's, as --exclude. */
	e->seen = e->seen || feed->hub->setup->selects;
	if (!e->seen) {
		doc_error_set(&err, DOC_E_STREAM,
		    "doclist gave no record for '%s'", e->path.data);
		hub_fail(feed->hub, &err);
	}
	if (e->flying == 0)
		hub_entry_free(feed->hub, e);
}

/* The names before `e` are through. */
static void
begin_entry(struct feed *feed, struct doc_entry *e)
{
	while (feed->first != e) {
		struct doc_entry *done = feed->first;

		feed->first = done->next;
		feed->fed--;
		feed_through(feed, done);
	}
	feed->current = e;
	e->seen = true;
	e->again_at = 0;
}

static struct doc_entry *
find_entry(const struct feed *feed, const char *id)
{
	struct doc_entry *e = feed->current ? feed->current->next : feed->first;

	while (e != NULL && memcmp(e->id, id, DOC_ID_SIZE) != 0)
		e = e->next;
	return e;
}

static void
doubt(struct doc_entry *e)
{
	e->feed->doubtful += !e->doubtful;
	e->doubtful = true;
}

static bool
is_same(struct doc_entry *e, size_t at, const char *id, uint32_t sum)
{
	const char *came = e->came.data + at;

	if (memcmp(came, id, DOC_ID_SIZE) != 0)
		return false;
	if (memcmp(came + DOC_ID_SIZE, &sum, sizeof(sum)) != 0)
		doubt(e);
	return true;
}

/* Did it come out before doclist died?  It comes in the same order again. */
static bool
came_before(struct doc_entry *e, const char *id, uint32_t sum)
{
	/* Nothing comes again: not to be looked for among a million members. */
	if (e->again_at >= e->came.len)
		return false;
	if (is_same(e, e->again_at, id, sum)) {
		e->again_at += CAME;
		return true;
	}
	for (size_t at = 0; at < e->came.len; at += CAME)
		if (is_same(e, at, id, sum))
			return true;
	return false;
}

static void
take_document(struct feed *feed, struct doc_entry *e, const char *id,
    const char *line, size_t len)
{
	struct hub *hub = feed->hub;
	struct doc_past past = { 0 };
	uint32_t sum = doc_crc32c(line, len);
	struct doc_flight *f;
	struct doc_error err = { 0 };

	if (came_before(e, id, sum))
		return;
	if (e->again)
		doc_ledger_past(hub->setup->ledger, e->n, id, &past);
	if (past.summed && past.sum != sum)
		doubt(e);
	f = past.done ? NULL : doc_flight_new(e, id, line, len);
	if (doc_buf_add(&e->came, id, DOC_ID_SIZE) < 0 ||
	    doc_buf_add(&e->came, &sum, sizeof(sum)) < 0 ||
	    (f == NULL && !past.done)) {
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory for a record");
		hub_fail(hub, &err);
		return;
	}
	e->again_at = e->came.len;
	if (past.done)
		return;
	f->tenant = feed->tenant;
	f->past = past;
	hub_listed(hub, f);
}

void
feed_anew(struct feed *feed, struct doc_entry *e)
{
	struct doc_entry **at;
	struct doc_error err = { 0 };

	doc_warn("an input was listed in two ways, and is done again (%s)",
	    e->id);
	if (doc_ledger_anew(feed->hub->setup->ledger, &e->n, e->id, e->sig) < 0)
		hub_fail(feed->hub, &err);
	e->seen = e->listed = e->again = e->doubtful = false;
	e->came.len = e->again_at = 0;
	for (at = &feed->again; *at != NULL; at = &(*at)->next)
		;
	e->next = NULL;
	*at = e;
	feed->doubtful--;
	feed->hub->moves++;
}

static bool
hear_mark(struct feed *feed, const char *line, size_t len)
{
	struct doc_entry *e = feed->first;

	if (len != sizeof(DOC_MARK) - 1 || memcmp(line, DOC_MARK, len) != 0)
		return false;
	while (e != NULL && !e->marker)
		e = e->next;
	if (e != NULL)
		begin_entry(feed, e);
	feed->heard++;
	feed->fruitless = 0;
	feed->care = feed->care == CARE_ALIVE ? CARE_NEXT : CARE_NONE;
	feed->hub->moves++;
	return true;
}

static void
hear(struct feed *feed, const char *line, size_t len)
{
	struct doc_record rec;
	struct doc_error err = { 0 };
	struct doc_entry *e = feed->current;
	char id[DOC_ID_SIZE];

	if (hear_mark(feed, line, len))
		return;
	if (doc_record_parse(&rec, line, len, &err) < 0) {
		hub_fail(feed->hub, &err);
		return;
	}
	if (rec.type == DOC_TYPE_END &&
	    doc_ledger_facts(feed->hub->setup->ledger, "doclist", line, len) <
		0)
		hub_fail(feed->hub, &err);
	if (rec.type != DOC_TYPE_DOC || doc_line_id(line, len, id) != 1)
		return;
	feed->heard++;
	feed->fruitless = 0;
	feed->moved_ms = doc_clock_ms();
	if (doc_record_find(&rec, "parent") == NULL) {
		e = find_entry(feed, id);
		if (e != NULL)
			begin_entry(feed, e);
	}
	if (e == NULL)
		doc_warn("doclist wrote a record nobody asked for: %s", id);
	else
		take_document(feed, e, id, line, len);
}

/* A record of our own, where doclist has none. */
void
feed_speak_for(struct feed *feed, struct doc_entry *e,
    const struct doc_error *why)
{
	doc_autobuf struct doc_buf line = { 0 };
	struct doc_error err = { 0 };
	struct doc_name name = { .tenant = feed->tenant->name,
		.path = e->path.data,
		.path_len = e->path.len - 1 };
	struct doc_json j;

	doc_json_begin(&j, &line);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", DOC_RECORD_VERSION);
	doc_json_str(&j, "type", "doc");
	doc_json_str(&j, "id", e->id);
	doc_json_str(&j, "tenant", name.tenant);
	doc_name_write(&j, &name);
	doc_json_open(&j, "list", '{');
	doc_json_str(&j, "status", doc_status_name(DOC_STATUS_ERROR));
	doc_error_write(why, &j);
	doc_json_close(&j, '}');
	doc_json_close(&j, '}');
	if (j.failed)
		hub_fail(feed->hub, &err);
	else if (!e->seen)
		take_document(feed, e, e->id, line.data, line.len);
	e->seen = true;
	feed_through(feed, e);
}

static void
end_of_output(struct feed *feed)
{
	bool told = feed->child.closing;
	int ws = doc_child_reap(&feed->child);
	bool good = WIFEXITED(ws) && WEXITSTATUS(ws) <= 1;

	if (!told || !good) {
		feed_died(feed, ws);
		return;
	}
	while (feed->first != NULL) {
		struct doc_entry *done = feed->first;

		feed->first = done->next;
		feed->fed--;
		feed_through(feed, done);
	}
	feed->last = feed->current = NULL;
	feed->hub->moves++;
}

/* One more name.  1; 0: there is none; DOC_NAMES_LATER; -1 with *err. */
int
feed_next_name(struct feed *feed, struct doc_error *err)
{
	struct doc_ledger *ledger = feed->hub->setup->ledger;
	struct doc_entry *e = feed->again;
	struct doc_error bad = { 0 };
	struct doc_found f;
	char id[DOC_ID_SIZE];
	enum doc_met met;
	uint32_t n;
	int rc;

	if (e != NULL) {
		feed->again = e->next;
		return give(feed, e) < 0
		    ? doc_error_set(err, DOC_E_SPAWN, "%s", feed->child.err.msg)
		    : 1;
	}
	rc = feed->hub->draining ? 0 : doc_names_next(feed->names, &f, err);
	if (rc != 1)
		return rc;
	/* As doclist does with what no system call takes. */
	f.len = DOC_MIN(strnlen(f.path, f.len), (size_t)PATH_MAX);
	id_of(feed, f.path, f.len, id);
	met = doc_ledger_meet(ledger, id, f.sig, &n);
	if (met == DOC_MET_WHOLE) {
		feed->hub->setup->skipped++;
		return 1;
	}
	feed->hub->setup->inputs++;
	e = new_entry(feed, &f, id, n);
	if (e == NULL || doc_ledger_begin(ledger, err) < 0 ||
	    doc_ledger_in(ledger, n, id, f.sig) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	e->again = met == DOC_MET_PART;
	/* That would ask for a mark. */
	if (f.len == 0) {
		doc_error_set(&bad, DOC_E_NAME, "an empty name");
		feed_speak_for(feed, e, &bad);
		return 1;
	}
	return give(feed, e) < 0
	    ? doc_error_set(err, DOC_E_SPAWN, "cannot start doclist: %s",
		  feed->child.err.msg)
	    : 1;
}

void
feed_ask_for_mark(struct feed *feed)
{
	struct doc_entry *e = hub_entry_new(feed->hub, "", 0);

	if (e != NULL)
		e->marker = true;
	if (e == NULL || doc_buf_addc(&e->path, '\0') < 0 || give(feed, e) < 0)
		hub_fail(feed->hub, &feed->child.err);
}

/* Nothing comes, and what doclist has may be through or not. */
static bool
mark(struct feed *feed)
{
	if (feed->fed == 0 || feed->marked || feed->child.pid == 0 ||
	    doc_clock_ms() < feed->moved_ms + MARK_MS)
		return false;
	feed_ask_for_mark(feed);
	return true;
}

static bool
is_over(const struct feed *feed)
{
	return feed->exhausted && feed->again == NULL && feed->doubtful == 0;
}

static void
take_names(struct feed *feed)
{
	struct doc_error err = { 0 };
	bool any = false;
	int rc = 1;

	if (feed->care != CARE_NONE) {
		feed_take_care(feed);
		return;
	}
	while (rc == 1 && feed->fed < FED_MAX &&
	    feed->hub->err.code == DOC_E_NONE) {
		rc = feed_next_name(feed, &err);
		any = any || rc == 1;
	}
	if (rc == DOC_NAMES_LATER)
		any = mark(feed) || any;
	if (rc < 0)
		hub_fail(feed->hub, &err);
	feed->exhausted = rc == 0;
	if (feed->child.pid == 0) {
		feed->over = is_over(feed);
		return;
	}
	if (feed->exhausted)
		doc_child_end(&feed->child);
	else if (any)
		doc_child_write(&feed->child);
}

static bool
room(const struct feed *feed)
{
	return feed->tenant->ready.count < READY_MAX;
}

void
feed_pump(struct feed *feed)
{
	struct doc_child *child = &feed->child;
	const char *line;
	size_t len;
	int rc = 0;

	if (child->pid > 0) {
		while (room(feed) && child->err.code == DOC_E_NONE &&
		    (rc = doc_lines_next(&child->lines, &line, &len,
			 &child->err)) > 0)
			hear(feed, line, len);
		if (child->err.code != DOC_E_NONE)
			hub_fail(feed->hub, &child->err);
		else if (child->lines.eof && rc == 0 && room(feed))
			end_of_output(feed);
		else
			doc_child_pause(child, !room(feed));
	}
	if (!feed->over && !child->closing && room(feed))
		take_names(feed);
	else if (child->pid == 0 && is_over(feed))
		feed->over = true;
}

void
feed_release(struct feed *feed)
{
	struct doc_entry *lists[] = { feed->first, feed->again };

	doc_child_reap(&feed->child);
	for (unsigned i = 0; i < DOC_LEN(lists); i++)
		for (struct doc_entry *e = lists[i], *next; e; e = next) {
			next = e->next;
			hub_entry_free(feed->hub, e);
		}
}
