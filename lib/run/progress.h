/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - how far a batch is, as a bar or as plain lines on stderr.
 *
 * docprogress.  At most five redraws a second; nothing is drawn while the
 * process is not in the terminal's foreground group.
 */
#ifndef DOC_PROGRESS_H
#define DOC_PROGRESS_H

#include "lib/record/record.h"

enum doc_progress_kind {
	DOC_PROGRESS_AUTO, /* a bar on a terminal, else plain */
	DOC_PROGRESS_TTY,
	DOC_PROGRESS_PLAIN,
	DOC_PROGRESS_NONE
};

struct doc_meter {
	enum doc_progress_kind kind;
	uint64_t total;	      /* documents to come; 0 unknown */
	uint64_t total_bytes; /* of the inputs; 0 unknown */
	uint64_t documents, inputs, bytes, errors, partial, infected;
	uint64_t start_ms, drawn_ms, interval_ms;
	bool dirty; /* a bar is on the screen */
	bool ended; /* an end record came */
};

void doc_meter_start(struct doc_meter *m);

/* Count a record: inputs are documents without a parent. */
void doc_meter_count(struct doc_meter *m, const struct doc_record *rec);

/* Redraw if it is time to. */
void doc_meter_draw(struct doc_meter *m);

/* The last line, and an end to the bar. */
void doc_meter_finish(struct doc_meter *m);

#endif
