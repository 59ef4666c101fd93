/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipeline - the stages as processes, joined by pipes.
 *
 * docrun.  Parses nothing; knows only names, argument vectors and exit
 * statuses.
 */
#ifndef DOC_PIPELINE_H
#define DOC_PIPELINE_H

#include <sys/types.h>

#include "lib/base/opt.h"

enum { DOC_PIPELINE_MAX = 16 };

struct doc_process {
	char name[32];
	struct doc_words args; /* args.at[0] is the name */
	pid_t pid;
	int wstatus;
	bool over;
};

struct doc_pipeline {
	struct doc_process at[DOC_PIPELINE_MAX];
	unsigned n;
	int out; /* end of the last pipe, to read from */
};

/* Add a stage; its arguments are appended by the caller to the returned
 * words.  NULL: too many, or no memory. */
struct doc_words *doc_pipeline_add(struct doc_pipeline *p, const char *name);

/* Start them all, the first with /dev/null on stdin. */
int doc_pipeline_start(struct doc_pipeline *p,
    struct doc_error *err) DOC_MUST_CHECK;

/* Ask all to end. */
void doc_pipeline_stop(const struct doc_pipeline *p, int sig);

/* Did a signal end one of them since the last call?  Does not wait. */
bool doc_pipeline_broken(struct doc_pipeline *p);

/* Wait for all.  Returns the worst: 0, 1, 2, 3 or 4 as in docpipe(7), 3 for
 * one that a signal ended; *why says which, for people. */
int doc_pipeline_wait(struct doc_pipeline *p, struct doc_buf *why);

/* As a shell would be told. */
int doc_pipeline_print(const struct doc_pipeline *p, struct doc_buf *out);

void doc_pipeline_release(struct doc_pipeline *p);

#endif
