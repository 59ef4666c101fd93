/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * incoming - the folder in which one process writes files that are not in
 * their place yet; spool.c and gc.c alone include it.
 *
 * It is SPOOL/.incoming.PID.BOOT.RANDOM, and locked by who writes there.  The
 * lock tells, and not the number, whether he lives: several containers may
 * share a spool, and each has its own process 7.  Of another boot, or another
 * machine, nothing can be told but when it was used last: a day is enough.
 */
#ifndef DOC_INCOMING_H
#define DOC_INCOMING_H

#include "lib/spool/spool.h"

/* Our own, once.  -1 with errno. */
int doc_incoming_make(struct doc_spool *spool) DOC_MUST_CHECK;

/* With all that is in it. */
void doc_incoming_remove(struct doc_spool *spool);

/* Remove those of processes that were killed. */
void doc_incoming_sweep(const struct doc_spool *spool);

#endif
