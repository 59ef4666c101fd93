/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * called - names of members that are not UTF-8, as people would read them.
 *
 * Runs in the worker.  No container tells the charset of such names: it is
 * guessed from all of one container that are known, for a single name proves
 * little.  The guess is for people only; a member is known by its bytes.
 */
#ifndef DOC_CALLED_H
#define DOC_CALLED_H

#include "lib/format/charset.h"
#include "lib/pool/work.h"

enum { DOC_CALLED_SAMPLE = 2048 };

struct doc_called {
	char sample[DOC_CALLED_SAMPLE];
	size_t n;
	char charset[DOC_CHARSET_NAME]; /* "": none is likely */
	bool stale; /* more is known than was guessed from */
};

/* A name of the container, for the guess: those steps of it that are not UTF-8,
 * without their endings. */
void doc_called_learn(struct doc_called *c, const char *name, size_t n);

/* The names in the directory of a zip, which ends at `end` (its end record, in
 * the mapping), of those that are not marked as UTF-8 (APPNOTE 4.4.4). */
void doc_called_learn_zip(struct doc_called *c, const struct doc_input *in,
    const char *end);

/* Say a member's name, and how it reads where it is not UTF-8. */
void doc_called_say(struct doc_called *c, const char *name, size_t n,
    struct doc_work *work);

#endif
