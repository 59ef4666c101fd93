/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece - an ordinary docrun over a few inputs, in a folder of its own.
 *
 * docrun.  It runs as a child, with the options of the planned run.
 */
#ifndef DOC_PIECE_H
#define DOC_PIECE_H

#include "lib/fleet/manifest.h"

struct doc_piece {
	const struct doc_words *command; /* of the run: docrun and options */
	const char *work;		 /* folder; the run is in work/run */
	const char *spool;
	const char *tenant;
	const struct doc_words *roots; /* nothing else opens; none: all does */
	unsigned jobs;		       /* 0: as many as processors */
	bool trust_times;
	/* When it can be read (the other side went away), all is over. */
	int lifeline; /* fd, or -1 */
	int signals;  /* of doc_piece_signals, or -1; likewise */
};

/* From now on SIGTERM, SIGINT and SIGHUP wait to be read from the fd, so that
 * who is at work clears away first. */
int doc_piece_signals(void);

/*
 * The options of a planned run that are those of each of its pieces: without
 * what says which files, where to, how loud and how many at once.  `folder` is
 * what relative names of signatures are in.
 */
int doc_piece_command(const struct doc_words *recalled, const char *folder,
    struct doc_words *out) DOC_MUST_CHECK;

/* Run it to its end.  STREAM when it did not get there, USAGE, SANDBOX, or
 * IO. */
int doc_piece_run(const struct doc_piece *p, const struct doc_input_row *rows,
    size_t n, struct doc_error *err) DOC_MUST_CHECK;

#endif
