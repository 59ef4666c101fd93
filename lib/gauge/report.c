/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/units.h"
#include "lib/gauge/report.h"

enum {
	TEMPO_STEP_MS = 500,
	TEMPO_PAST_MS = 20000,
	ETA_AFTER_MS = 5000 /* and 2 % */
};

static struct doc_tempo *
tempo_of(struct doc_report *r, const char *stage)
{
	for (size_t i = 1; i < DOC_LEN(r->tempo); i++) {
		struct doc_tempo *t = &r->tempo[i];

		if (t->stage[0] == '\0')
			snprintf(t->stage, sizeof(t->stage), "%s", stage);
		if (strcmp(t->stage, stage) == 0)
			return t;
	}
	return NULL;
}

/* Of all its life: before a first step, and once it is over. */
static void
average(struct doc_tempo *t, const struct doc_board_stage *s, uint64_t end)
{
	uint64_t dt = DOC_MAX(end, s->started_ms + 1) - s->started_ms;

	t->per_s = (double)s->count[DOC_G_OUT] * 1000 / (double)dt;
	t->bytes_per_s = (double)s->count[DOC_G_OUT_BYTES] * 1000 / (double)dt;
}

/* The older a rate, the less it counts. */
static void
move(struct doc_tempo *t, const struct doc_board_stage *s, uint64_t now)
{
	double dt = (double)(now - t->at_ms),
	       weight = dt / (dt + TEMPO_PAST_MS);
	uint64_t out = s->count[DOC_G_OUT], bytes = s->count[DOC_G_OUT_BYTES];

	if (t->at_ms == 0)
		average(t, s, now);
	else if (now < t->at_ms + TEMPO_STEP_MS)
		return;
	/* A stage that was started again may count from less. */
	else if (out >= t->out && bytes >= t->bytes) {
		t->per_s += weight *
		    ((double)(out - t->out) * 1000 / dt - t->per_s);
		t->bytes_per_s += weight *
		    ((double)(bytes - t->bytes) * 1000 / dt - t->bytes_per_s);
	}
	t->out = out;
	t->bytes = bytes;
	/* The first half second is too short for a rate. */
	if (now >= s->started_ms + TEMPO_STEP_MS)
		t->at_ms = now;
}

/* The inputs as far as they are known, and the members found in them. */
static void
find_total(struct doc_report *r)
{
	const struct doc_board_stage *list = doc_board_find(&r->board,
	    "doclist");
	const uint64_t *c = r->whole.count;

	r->total = c[DOC_G_TOTAL];
	r->total_bytes = c[DOC_G_TOTAL_BYTES];
	r->known = r->total > 0 || r->total_bytes > 0;
	if (list == NULL)
		return;
	if (!r->known || (list->alive == 0 && list->lost == 0)) {
		r->known = list->alive == 0 && list->lost == 0;
		r->total = list->count[DOC_G_IN];
		r->total_bytes = list->count[DOC_G_IN_BYTES];
		return;
	}
	if (r->total > 0)
		r->total += list->count[DOC_G_MEMBERS];
	if (r->total_bytes > 0)
		r->total_bytes += list->count[DOC_G_MEMBER_BYTES];
}

static double
divide(uint64_t done, uint64_t members, uint64_t total, bool with_members)
{
	double v = (double)(with_members ? done : done - members) /
	    (double)total;

	return v > 1 ? 1 : v;
}

/* By bytes where they are known: a thousand letters are less than a book. */
static void
find_share(struct doc_report *r)
{
	bool with = doc_board_find(&r->board, "doclist") != NULL;
	const uint64_t *c = r->whole.count;

	r->share = -1;
	if (!r->known)
		return;
	if (r->total_bytes > 0)
		r->share = divide(c[DOC_G_OUT_BYTES], c[DOC_G_MEMBER_BYTES],
		    r->total_bytes, with);
	else if (r->total > 0)
		r->share = divide(c[DOC_G_OUT], c[DOC_G_MEMBERS], r->total,
		    with);
}

static void
find_eta(struct doc_report *r)
{
	const struct doc_tempo *t = &r->tempo[0];
	double done = (double)r->whole.count[DOC_G_OUT_BYTES], all;

	r->eta_s = -1;
	if (r->share < 0.02 || r->elapsed_ms < ETA_AFTER_MS ||
	    r->state != DOC_REPORT_RUNNING)
		return;
	all = done / r->share;
	if (r->total_bytes > 0 && t->bytes_per_s >= 1)
		r->eta_s = (int64_t)((all - done) / t->bytes_per_s);
	else
		r->eta_s = (int64_t)((double)r->elapsed_ms / 1000 *
		    (1 - r->share) / r->share);
}

void
doc_report_update(struct doc_report *r)
{
	uint64_t end;

	r->now_ms = doc_clock_ms();
	r->seq++;
	/* Of a run that is over, the clock stands. */
	end = r->state == DOC_REPORT_RUNNING
	    ? r->now_ms
	    : DOC_MAX(r->whole.moved_ms, r->whole.started_ms);
	r->elapsed_ms = end - DOC_MIN(r->whole.started_ms, end);
	if (r->state == DOC_REPORT_RUNNING)
		move(&r->tempo[0], &r->whole, r->now_ms);
	else
		average(&r->tempo[0], &r->whole, end);
	for (unsigned i = 0; i < r->board.stages; i++) {
		const struct doc_board_stage *s = &r->board.stage[i];
		struct doc_tempo *t = tempo_of(r, s->stage);

		if (t != NULL && s->alive)
			move(t, s, r->now_ms);
		else if (t != NULL)
			average(t, s, s->moved_ms);
	}
	find_total(r);
	find_share(r);
	find_eta(r);
}

const struct doc_tempo *
doc_report_tempo(const struct doc_report *r, const char *stage)
{
	static const struct doc_tempo none;

	for (size_t i = 1; i < DOC_LEN(r->tempo); i++)
		if (strcmp(r->tempo[i].stage, stage) == 0)
			return &r->tempo[i];
	return &none;
}

const char *
doc_report_state_name(enum doc_report_state state)
{
	static const char *const names[] = { "running", "done", "lost" };

	return names[state];
}

int
doc_report_file(const char *path, const struct doc_buf *text,
    struct doc_error *err)
{
	char temp[4200];
	int fd, rc;

	/* node_exporter reads every *.prom: this one must not end so. */
	snprintf(temp, sizeof(temp), "%s.%ld", path, (long)getpid());
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0644);
	if (fd < 0)
		return doc_error_sys(err, "cannot write '%s'", temp);
	rc = doc_write_full(fd, text->data, text->len);
	if (close(fd) < 0 || rc < 0 || rename(temp, path) < 0) {
		doc_error_sys(err, "cannot write '%s'", path);
		unlink(temp);
		return -1;
	}
	return 0;
}
