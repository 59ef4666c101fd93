/* SPDX-License-Identifier: GPL-2.0-or-later */
/* last - how a process of ours ends when it cannot go on. */
#ifndef DOC_LAST_H
#define DOC_LAST_H

#include "lib/base/error.h"

/* Say why on stderr; returns the exit status: 2 usage, 4 no cage, 3 else. */
int doc_last_words(const struct doc_error *err);

/* Die of the signal that ended us, after everything is cleared away. */
void doc_die_of(int sig);

#endif
