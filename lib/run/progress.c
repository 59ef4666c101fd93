/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/units.h"
#include "lib/run/progress.h"

enum { TTY_MS = 200, PLAIN_MS = 10000, BAR_MAX = 40 };

static const char *const stages[] = { "list", "scan", "text", "ocr",
	"preview" };

void
doc_meter_start(struct doc_meter *m)
{
	if (m->kind == DOC_PROGRESS_AUTO)
		m->kind = isatty(2) ? DOC_PROGRESS_TTY : DOC_PROGRESS_PLAIN;
	m->interval_ms = m->kind == DOC_PROGRESS_TTY ? TTY_MS : PLAIN_MS;
	m->start_ms = m->drawn_ms = doc_clock_ms();
}

/* Worth a parse: nearly every member of a healthy batch says "ok" first, and
 * has nothing in it that is infected. */
static bool
trouble(const struct doc_record *rec, const char *stage)
{
	static const char ok[] = "{\"status\":\"ok\"";
	const struct doc_json_member *m = doc_record_find(rec, stage);
	const char *p;

	if (m == NULL)
		return false;
	p = rec->line + m->value;
	return m->value_len < sizeof(ok) - 1 ||
	    memcmp(p, ok, sizeof(ok) - 1) != 0 ||
	    memmem(p, m->value_len, "infected", 8) != NULL;
}

/* The worst of the stages' statuses: 0 fine, 1 partial, 2 error. */
static int
worst(const struct doc_record *rec, bool *infected)
{
	int bad = 0;

	for (size_t i = 0; i < DOC_LEN(stages); i++) {
		doc_autovalue struct doc_value *v = trouble(rec, stages[i])
		    ? doc_record_value(rec, stages[i])
		    : NULL;
		const char *status = doc_value_get_str(v, "status");
		const char *verdict = doc_value_get_str(v, "verdict");

		if (verdict != NULL && strcmp(verdict, "infected") == 0)
			*infected = true;
		if (status != NULL && strcmp(status, "error") == 0)
			bad = 2;
		else if (status != NULL && strcmp(status, "partial") == 0)
			bad = DOC_MAX(bad, 1);
	}
	return bad;
}

void
doc_meter_count(struct doc_meter *m, const struct doc_record *rec)
{
	bool infected = false;
	int bad;

	if (rec->type != DOC_TYPE_DOC)
		return;
	m->documents++;
	if (doc_record_find(rec, "parent") == NULL) {
		m->inputs++;
		m->bytes += (uint64_t)doc_record_int(rec, "size", 0);
	}
	bad = worst(rec, &infected);
	m->errors += bad == 2;
	m->partial += bad == 1;
	m->infected += infected;
}

/* Share done, 0 to 1; below 0 when nobody knows. */
static double
share(const struct doc_meter *m)
{
	double v = -1;

	if (m->total_bytes > 0)
		v = (double)m->bytes / (double)m->total_bytes;
	else if (m->total > 0)
		v = (double)m->inputs / (double)m->total;
	return v > 1 ? 1 : v;
}

static void
numbers(const struct doc_meter *m, uint64_t elapsed_ms, struct doc_buf *b)
{
	char size[16];
	uint64_t per_s = m->documents * 1000 / DOC_MAX(elapsed_ms, 1);

	doc_size_format(m->bytes, size);
	doc_buf_addf(b, "%ju documents, %s, %ju/s", (uintmax_t)m->documents,
	    size, (uintmax_t)per_s);
	if (m->errors)
		doc_buf_addf(b, ", %ju errors", (uintmax_t)m->errors);
	if (m->partial)
		doc_buf_addf(b, ", %ju partial", (uintmax_t)m->partial);
	if (m->infected)
		doc_buf_addf(b, ", %ju infected", (uintmax_t)m->infected);
}

static void
remaining(double done, uint64_t elapsed_ms, struct doc_buf *b)
{
	char time[32];

	if (done <= 0.01 || elapsed_ms < 2000)
		return;
	doc_duration_format((uint64_t)((double)elapsed_ms * (1 - done) / done),
	    time);
	doc_buf_addf(b, ", %s left", time);
}

static bool
foreground(void)
{
	pid_t group = tcgetpgrp(2);

	return group < 0 || group == getpgrp();
}

static unsigned
columns(void)
{
	struct winsize w;

	return ioctl(2, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

static void
bar(struct doc_meter *m, uint64_t elapsed_ms)
{
	doc_autobuf struct doc_buf b = { 0 };
	double done = share(m);
	unsigned width = columns() - 1;

	doc_buf_addc(&b, '\r');
	if (done >= 0) {
		unsigned full = (unsigned)(done * BAR_MAX / 2);

		doc_buf_addc(&b, '[');
		for (unsigned i = 0; i < BAR_MAX / 2; i++)
			doc_buf_addc(&b, i < full ? '=' : ' ');
		doc_buf_addf(&b, "] %3u%% ", (unsigned)(done * 100));
	}
	numbers(m, elapsed_ms, &b);
	remaining(done, elapsed_ms, &b);
	b.len = DOC_MIN(b.len, (size_t)width + 1);
	doc_buf_adds(&b, "\033[K");
	if (doc_write_full(2, b.data, b.len) == 0)
		m->dirty = true;
}

static void
line(const struct doc_meter *m, uint64_t elapsed_ms)
{
	doc_autobuf struct doc_buf b = { 0 };
	double done = share(m);
	const char *s;

	numbers(m, elapsed_ms, &b);
	if (done >= 0)
		doc_buf_addf(&b, ", %u%%", (unsigned)(done * 100));
	remaining(done, elapsed_ms, &b);
	s = doc_buf_str(&b);
	if (s != NULL)
		doc_warn("%s", s);
}

void
doc_meter_draw(struct doc_meter *m)
{
	uint64_t now = doc_clock_ms();

	if (m->kind == DOC_PROGRESS_NONE || now - m->drawn_ms < m->interval_ms)
		return;
	m->drawn_ms = now;
	if (m->kind == DOC_PROGRESS_PLAIN)
		line(m, now - m->start_ms);
	else if (foreground())
		bar(m, now - m->start_ms);
}

void
doc_meter_finish(struct doc_meter *m)
{
	if (m->dirty && doc_write_full(2, "\r\033[K", 4) < 0)
		return;
	if (m->kind != DOC_PROGRESS_NONE)
		line(m, doc_clock_ms() - m->start_ms);
}
