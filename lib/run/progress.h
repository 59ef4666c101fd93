/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - how far a batch is, for people and for programs: a bar, plain
 * lines or JSON on stderr, a status file, a Prometheus file.
 *
 * docrun, docprogress.  The meter counts the records that go by, looks at the
 * gauges of the stages (lib/gauge), and puts both into one report.  At most
 * five redraws a second; nothing is drawn while the process is not in the
 * terminal's foreground group, or when the terminal does not take it: nobody
 * who watches holds up the batch.
 */
#ifndef DOC_PROGRESS_H
#define DOC_PROGRESS_H

#include "lib/gauge/report.h"
#include "lib/record/record.h"
#include "lib/run/events.h"

enum doc_progress_kind {
	DOC_PROGRESS_AUTO, /* a bar on a terminal, else plain */
	DOC_PROGRESS_TTY,
	DOC_PROGRESS_PLAIN,
	DOC_PROGRESS_NONE,
	DOC_PROGRESS_JSON
};

struct doc_meter {
	enum doc_progress_kind kind;
	uint64_t total;	      /* inputs to come; 0 unknown */
	uint64_t total_bytes; /* of them; 0 unknown */
	const char *board;    /* folder of the stages' gauges; NULL: none */
	const char *status;   /* file to keep the JSON report in, or NULL */
	const char *prom;     /* file to keep the metrics in, or NULL */
	struct doc_events *events; /* NULL: nobody listens */
	bool viewer; /* counts nothing: the gauge of docrun has it all */
	bool ended;  /* an end record came */

	struct doc_report report; /* .run and .stuck_ms are the caller's */
	/* private */
	struct doc_gauge gauge; /* our own, for viewers */
	uint64_t seen;		/* documents, at the last look */
	uint64_t start_ms, looked_ms, drawn_ms, status_ms, prom_ms, told_ms;
	bool dirty; /* a bar is on the screen */
};

enum { DOC_METER_STEP_MS = 200 }; /* call doc_meter_draw as often */

/*
 * docrun, before the stages are started: makes DIR/.progress, empties it of an
 * earlier run's gauges, tells the stages of it by the environment, and keeps
 * DIR/status.json.  `dir` stays borrowed.
 */
int doc_meter_open(struct doc_meter *m, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;

void doc_meter_start(struct doc_meter *m);

/* Count a record: inputs are documents without a parent. */
void doc_meter_count(struct doc_meter *m, const struct doc_record *rec);

/* Look again, and redraw, if it is time to. */
void doc_meter_draw(struct doc_meter *m);

/* Make the report fresh now. */
void doc_meter_look(struct doc_meter *m);

/* One plain line now. */
void doc_meter_line(struct doc_meter *m);

/* The last line, and an end to the bar. */
void doc_meter_finish(struct doc_meter *m);

/* It is over, with this exit status: say so to who watches. */
void doc_meter_end(struct doc_meter *m, int status);

#endif
