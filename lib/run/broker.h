/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker - the CPU tokens of a run, whoever they come from.
 *
 * docrun.  The stages share one pool of tokens (a fifo, make's protocol).
 * Started by hand, docrun fills it with --jobs tokens.  Started by make -jN, it
 * puts its own one in, and more as long as make has some to spare.
 */
#ifndef DOC_BROKER_H
#define DOC_BROKER_H

#include "lib/pool/tokens.h"

struct doc_broker {
	int pool; /* the fifo, -1 */
	char path[4200];
	struct doc_tokens make; /* in is -1: not under make */
	unsigned most;		/* tokens the pool may have */
	unsigned have;
};

/* Make the fifo at `path` and put it into the environment of the stages. */
int doc_broker_open(struct doc_broker *b, const char *path, unsigned jobs,
    struct doc_error *err) DOC_MUST_CHECK;

/* Called a few times a second: fetch a token when all are in use, give one
 * back when two lie idle. */
void doc_broker_tick(struct doc_broker *b);

/* A stage was killed, and the tokens it held are gone with it: fill the pool,
 * or the others wait for ever.  What is too many is taken out again as soon as
 * it lies idle. */
void doc_broker_refill(struct doc_broker *b);

void doc_broker_close(struct doc_broker *b);

#endif
