/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bill - what the stages say each worker did cost.
 *
 * docrun.  A fifo that the stages write to (DOCPIPE_BILL); whoever is behind
 * with reading misses something, and holds up nobody.
 */
#ifndef DOC_BILL_H
#define DOC_BILL_H

#include "lib/base/loop.h"
#include "lib/record/stream.h"
#include "lib/run/tenant.h"

struct doc_ear {
	struct doc_watch watch; /* fd -1: closed */
	struct doc_lines lines;
	struct doc_tenants *tenants;
	char path[4200];
};

/* Make the fifo at `path`, and tell the stages by the environment. */
int doc_ear_open(struct doc_ear *ear, const char *path,
    struct doc_tenants *tenants, struct doc_error *err) DOC_MUST_CHECK;
void doc_ear_close(struct doc_ear *ear);

#endif
