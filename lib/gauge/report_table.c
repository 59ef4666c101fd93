/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/gauge/report.h"

enum { WORK_SHOWN = 16 };

static void
put_number(struct doc_buf *out, int width, uint64_t n)
{
	doc_buf_addf(out, "%*ju", width, (uintmax_t)n);
}

static void
put_stage(const struct doc_report *r, const struct doc_board_stage *s,
    struct doc_buf *out)
{
	static const enum doc_gauge_count columns[] = { DOC_G_PARTIAL,
		DOC_G_SKIPPED, DOC_G_ERROR, DOC_G_BUSY, DOC_G_HELD };

	doc_buf_addf(out, "%-12s %-8s", s->stage,
	    s->lost && !s->alive	  ? "lost"
		: !s->alive		  ? "ended"
		: s->count[DOC_G_BLOCKED] ? "blocked"
					  : "running");
	put_number(out, 8, s->count[DOC_G_IN]);
	put_number(out, 9, s->count[DOC_G_OUT]);
	put_number(out, 7,
	    (uint64_t)(doc_report_tempo(r, s->stage)->per_s + 0.5));
	for (size_t i = 0; i < DOC_LEN(columns); i++)
		put_number(out, 8, s->count[columns[i]]);
	doc_buf_addc(out, '\n');
}

static void
put_work(const struct doc_report *r, const struct doc_board_work *w,
    struct doc_buf *out)
{
	uint64_t ms = r->now_ms - DOC_MIN(w->since_ms, r->now_ms);
	char time[32];

	doc_duration_format(ms, time);
	doc_buf_addf(out, "%8s %-12s ", time, r->board.stage[w->stage].stage);
	doc_utf8_printable(out, w->name, strlen(w->name));
	if (r->stuck_ms > 0 && ms >= r->stuck_ms)
		doc_buf_adds(out, "  (stuck)");
	doc_buf_addc(out, '\n');
}

int
doc_report_table(const struct doc_report *r, struct doc_buf *out)
{
	char time[32];

	doc_duration_format(r->elapsed_ms, time);
	doc_buf_addf(out, "%s, %s: ", doc_report_state_name(r->state), time);
	if (doc_report_words(r, out) < 0)
		return -1;
	doc_buf_adds(out,
	    "\n\nSTAGE        STATE          IN     DONE     /S "
	    "PARTIAL SKIPPED  ERRORS    BUSY    HELD\n");
	for (unsigned i = 0; i < r->board.stages; i++)
		put_stage(r, &r->board.stage[i], out);
	if (r->board.works > 0)
		doc_buf_adds(out, "\nWorked on now:\n");
	for (unsigned i = 0; i < DOC_MIN(r->board.works, (unsigned)WORK_SHOWN);
	     i++)
		put_work(r, &r->board.work[i], out);
	return doc_buf_str(out) == NULL ? -1 : 0;
}
