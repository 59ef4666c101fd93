/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gauge_page - the file that gauge.c writes and board.c reads; nobody else
 * includes it.
 *
 * All numbers are stored and loaded as atomics.  A slot is guarded by its
 * `turn`, odd while the writer is in it (a sequence lock): a reader that sees
 * two different turns, or an odd one, looks again.
 */
#ifndef DOC_GAUGE_PAGE_H
#define DOC_GAUGE_PAGE_H

#include <stdatomic.h>

#include "lib/gauge/gauge.h"

/* "DOCGAUG1", little-endian: another layout, another number. */
#define GAUGE_MAGIC UINT64_C(0x3147554147434f44)

struct gauge_slot {
	_Atomic uint64_t turn;
	uint64_t since_ms; /* of CLOCK_MONOTONIC */
	uint32_t len;	   /* of name; 0: the slot is free */
	uint32_t pad;
	char name[DOC_GAUGE_NAME];
};

struct doc_gauge_page {
	_Atomic uint64_t magic;	   /* stored last */
	int64_t started_s;	   /* since 1970 */
	uint64_t started_ms;	   /* of CLOCK_MONOTONIC */
	_Atomic uint64_t moved_ms; /* likewise: the last finished document */
	int64_t pid;
	char stage[DOC_GAUGE_STAGE];
	_Atomic uint64_t count[DOC_G_COUNT];
	struct gauge_slot slot[DOC_GAUGE_SLOTS];
};

#endif
