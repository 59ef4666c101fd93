/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits - what one document may cost; options of every stage, handed on to
 * its zygote.
 */
#ifndef DOC_LIMITS_H
#define DOC_LIMITS_H

#include "lib/base/opt.h"

struct doc_limits {
	uint64_t timeout_ms; /* total clock of a document */
	uint64_t stall_ms;   /* longest time without a sign of life */
	uint64_t cpu_ms;     /* processor time of a worker */
	uint64_t memory;     /* bytes, beyond the loaded engine */
	uint64_t max_output; /* bytes of one output file */
	int cage;	     /* enum doc_cage_mode */
	unsigned reuse;	     /* documents per worker, within one tenant */
};

/* Largest member doclist unpacks, by default: what libclamav can take. */
#define DOC_MEMBER_MAX ((uint64_t)2 << 30)

/* Sane defaults: the corpus of 1,200 real documents trips none falsely. */
void doc_limits_default(struct doc_limits *l);

extern const struct doc_opt doc_limits_opts[];

#endif
