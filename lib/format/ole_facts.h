/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ole_facts - title, author, dates of a compound file: its property sets
 * ([MS-OLEPS], [MS-OSHARED] 2.3.3.2).
 *
 * Runs in the worker.
 */
#ifndef DOC_OLE_FACTS_H
#define DOC_OLE_FACTS_H

#include "lib/format/meta.h"
#include "lib/format/ole.h"

/* Say what the sets of a document have. */
void doc_ole_facts(struct doc_ole *ole, const struct doc_text *text);

/* 100 ns since 1601 to seconds since 1970; 0 when before that. */
int64_t doc_ole_time(uint64_t filetime);

#endif
