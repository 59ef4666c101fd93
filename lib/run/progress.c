/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/run/progress.h"

enum {
	PLAIN_MS = 10000,
	JSON_MS = 1000,
	STATUS_MS = 1000,
	EVENT_MS = 1000,
	PROM_MS = 15000,
	BAR_WIDTH = 20,
	SLOW_MS = 3000 /* work as old as this is shown beside the bar */
};

int
doc_meter_open(struct doc_meter *m, const char *dir, struct doc_error *err)
{
	char *board, *status;

	if (asprintf(&board, "%s/.progress", dir) < 0 ||
	    asprintf(&status, "%s/status.json", dir) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	m->report.run = dir;
	m->board = board;
	m->status = status;
	doc_gauge_sweep(board);
	if (doc_gauge_open_in(&m->gauge, board, "docrun", err) < 0)
		return -1;
	if (setenv(DOC_GAUGE_ENV, board, 1) < 0)
		return doc_error_sys(err, "cannot set the environment");
	return 0;
}

void
doc_meter_start(struct doc_meter *m)
{
	const char *term = getenv("TERM");
	bool dumb = term != NULL && strcmp(term, "dumb") == 0;

	if (m->kind == DOC_PROGRESS_AUTO)
		m->kind = isatty(2) && !dumb ? DOC_PROGRESS_TTY
					     : DOC_PROGRESS_PLAIN;
	m->start_ms = m->drawn_ms = doc_clock_ms();
	m->told_ms = m->start_ms;
	m->report.whole.started_ms = m->report.whole.moved_ms = m->start_ms;
	if (m->events != NULL)
		doc_events_start(m->events, m->report.run);
	m->report.whole.started_s = (int64_t)time(NULL);
	m->report.whole.count[DOC_G_TOTAL] = m->total;
	m->report.whole.count[DOC_G_TOTAL_BYTES] = m->total_bytes;
}

void
doc_meter_count(struct doc_meter *m, const struct doc_record *rec)
{
	uint64_t *c = m->report.whole.count, bytes;
	struct doc_findings found;

	if (rec->type == DOC_TYPE_END)
		m->ended = true;
	if (rec->type != DOC_TYPE_DOC)
		return;
	bytes = (uint64_t)doc_record_int(rec, "size", 0);
	c[DOC_G_OUT]++;
	c[DOC_G_OUT_BYTES] += bytes;
	if (doc_record_find(rec, "parent") != NULL) {
		c[DOC_G_MEMBERS]++;
		c[DOC_G_MEMBER_BYTES] += bytes;
	}
	if (doc_findings_of(rec, &found) < 0)
		return;
	c[DOC_G_ERROR] += (found.gates & DOC_GATE_ERROR) != 0;
	c[DOC_G_PARTIAL] += (found.gates &
				(DOC_GATE_ERROR | DOC_GATE_PARTIAL)) ==
	    DOC_GATE_PARTIAL;
	c[DOC_G_FINDINGS] += (found.gates & DOC_GATE_INFECTED) != 0;
	if (m->events != NULL)
		doc_events_document(m->events, rec, &found, m->report.run);
}

/* --- the report ------------------------------------------------------------*/

static void
publish(struct doc_meter *m, bool moved)
{
	for (unsigned i = 0; i < DOC_G_COUNT; i++)
		doc_gauge_set(&m->gauge, (enum doc_gauge_count)i,
		    m->report.whole.count[i]);
	if (moved)
		doc_gauge_move(&m->gauge);
}

/* A viewer knows what docrun shows. */
static void
view(struct doc_meter *m)
{
	struct doc_report *r = &m->report;
	const struct doc_board_stage *s = doc_board_find(&r->board, "docrun");

	if (s == NULL)
		return;
	r->whole = *s;
	r->state = s->alive			? DOC_REPORT_RUNNING
	    : s->lost || !s->count[DOC_G_ENDED] ? DOC_REPORT_LOST
						: DOC_REPORT_DONE;
}

/* docrun's own gauge is the whole, and no stage. */
static void
drop_own(struct doc_board *b)
{
	unsigned at = 0;

	while (at < b->stages && strcmp(b->stage[at].stage, "docrun") != 0)
		at++;
	if (at == b->stages)
		return;
	/* The work keeps pointing at its stage. */
	for (unsigned i = 0; i < b->works; i++)
		b->work[i].stage -= b->work[i].stage > at;
	b->stages--;
	memmove(&b->stage[at], &b->stage[at + 1],
	    (b->stages - at) * sizeof(b->stage[0]));
}

void
doc_meter_look(struct doc_meter *m)
{
	struct doc_error err = { 0 };
	/* A pipeline's processes start at about the same time. */
	uint64_t since = m->viewer || m->gauge.page ? 0 : m->start_ms - 1000;
	bool moved = !m->viewer && m->seen != m->report.whole.count[DOC_G_OUT];

	m->looked_ms = doc_clock_ms();
	if (m->board != NULL &&
	    doc_board_read(&m->report.board, m->board, since, &err) < 0)
		m->report.board.stages = m->report.board.works = 0;
	if (m->viewer)
		view(m);
	if (moved)
		m->report.whole.moved_ms = m->looked_ms;
	publish(m, moved);
	m->seen = m->report.whole.count[DOC_G_OUT];
	drop_own(&m->report.board);
	doc_report_update(&m->report);
}

/* --- on stderr -------------------------------------------------------------*/

static bool
foreground(void)
{
	pid_t group = tcgetpgrp(2);

	return group < 0 || group == getpgrp();
}

/* A terminal that was stopped, a pipe nobody reads: not now, then. */
static bool
takes(void)
{
	struct pollfd p = { .fd = 2, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
}

static unsigned
columns(void)
{
	struct winsize w;

	return ioctl(2, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

static void
add_bar(double share, struct doc_buf *b)
{
	unsigned full = (unsigned)(share * BAR_WIDTH);

	doc_buf_addc(b, '[');
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		doc_buf_addc(b, i < full ? '=' : ' ');
	doc_buf_adds(b, "] ");
}

/* What keeps it busy longest, if that is long: "; dococr 0:42 scan.pdf". */
static void
add_slowest(const struct doc_report *r, uint64_t at_least_ms, struct doc_buf *b)
{
	const struct doc_board_work *w = &r->board.work[0];
	uint64_t ms = r->now_ms - DOC_MIN(w->since_ms, r->now_ms);
	char time[32];

	if (r->board.works == 0 || ms < at_least_ms)
		return;
	doc_duration_format(ms, time);
	doc_buf_addf(b, "; %s %s ", r->board.stage[w->stage].stage, time);
	doc_utf8_printable(b, w->name, strlen(w->name));
}

/* Cut to n bytes, not inside a character. */
static void
cut(struct doc_buf *b, size_t n)
{
	if (b->len <= n)
		return;
	while (n > 0 && ((unsigned char)b->data[n] & 0xc0) == 0x80)
		n--;
	b->len = n;
}

static void
bar(struct doc_meter *m)
{
	doc_autobuf struct doc_buf b = { 0 };
	const struct doc_report *r = &m->report;

	doc_buf_addc(&b, '\r');
	if (r->share >= 0)
		add_bar(r->share, &b);
	if (doc_report_words(r, &b) < 0)
		return;
	add_slowest(r, SLOW_MS, &b);
	cut(&b, columns());
	doc_buf_adds(&b, "\033[K");
	if (doc_write_full(2, b.data, b.len) == 0)
		m->dirty = true;
}

void
doc_meter_line(struct doc_meter *m)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s;

	if (doc_report_words(&m->report, &b) < 0)
		return;
	if (m->report.stuck_ms > 0)
		add_slowest(&m->report, m->report.stuck_ms, &b);
	cut(&b, 400);
	s = doc_buf_str(&b);
	if (s != NULL && takes())
		doc_warn("%s", s);
}

static void
json_line(struct doc_meter *m)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_report_json(&m->report, &b) == 0 && doc_buf_addc(&b, '\n') == 0)
		(void)!doc_write_full(2, b.data, b.len);
}

static void
draw(struct doc_meter *m)
{
	static const uint64_t every[] = { [DOC_PROGRESS_TTY] =
					      DOC_METER_STEP_MS,
		[DOC_PROGRESS_PLAIN] = PLAIN_MS,
		[DOC_PROGRESS_JSON] = JSON_MS };
	uint64_t now = m->looked_ms;

	if (m->kind == DOC_PROGRESS_NONE ||
	    now - m->drawn_ms < every[m->kind] || !takes())
		return;
	m->drawn_ms = now;
	if (m->kind == DOC_PROGRESS_PLAIN)
		doc_meter_line(m);
	else if (m->kind == DOC_PROGRESS_JSON)
		json_line(m);
	else if (foreground())
		bar(m);
}

/* --- files -----------------------------------------------------------------*/

static void
keep(const char **path,
    int (*write)(const struct doc_report *, struct doc_buf *),
    const struct doc_report *r)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };

	if (write(r, &b) < 0 || doc_buf_addc(&b, '\n') < 0 ||
	    doc_report_file(*path, &b, &err) == 0)
		return;
	/* A full disk ends the run soon enough; said once. */
	doc_warn("%s", err.msg);
	*path = NULL;
}

static void
keep_files(struct doc_meter *m, bool now)
{
	uint64_t at = m->looked_ms;

	if (m->status != NULL && (now || at - m->status_ms >= STATUS_MS)) {
		m->status_ms = at;
		keep(&m->status, doc_report_json, &m->report);
	}
	if (m->prom != NULL && (now || at - m->prom_ms >= PROM_MS)) {
		m->prom_ms = at;
		keep(&m->prom, doc_report_metrics, &m->report);
	}
}

static void
tell(struct doc_meter *m)
{
	if (m->events == NULL)
		return;
	doc_events_flush(m->events);
	if (m->looked_ms - m->told_ms < EVENT_MS)
		return;
	m->told_ms = m->looked_ms;
	doc_events_report(m->events, &m->report);
}

void
doc_meter_draw(struct doc_meter *m)
{
	if (doc_clock_ms() - m->looked_ms < DOC_METER_STEP_MS)
		return;
	doc_meter_look(m);
	draw(m);
	keep_files(m, false);
	tell(m);
}

void
doc_meter_finish(struct doc_meter *m)
{
	doc_meter_look(m);
	if (m->dirty && takes() && doc_write_full(2, "\r\033[K", 4) < 0)
		return;
	m->dirty = false;
	if (m->kind == DOC_PROGRESS_JSON && takes())
		json_line(m);
	else if (m->kind != DOC_PROGRESS_NONE && m->kind != DOC_PROGRESS_JSON)
		doc_meter_line(m);
}

void
doc_meter_end(struct doc_meter *m, int status)
{
	if (!m->viewer) {
		m->report.state = DOC_REPORT_DONE;
		m->report.whole.count[DOC_G_ENDED] = 1;
		m->report.whole.count[DOC_G_STATUS] = (uint64_t)status;
	}
	doc_meter_look(m);
	keep_files(m, true);
	if (m->events != NULL)
		doc_events_end(m->events, &m->report);
	doc_gauge_close(&m->gauge);
}
