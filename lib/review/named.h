/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * named - which files of a spool the records of a run name.
 *
 * docrun gc.  Whatever member names them, a user's stage's, too.  16 to 64
 * bytes of memory for each.
 */
#ifndef DOC_NAMED_H
#define DOC_NAMED_H

#include "lib/review/records.h"

struct doc_named {
	uint8_t (*at)[16];
	size_t count, room;
};

/* Add those that lie below `spool`, an absolute path.  NO_MEMORY, STREAM ... */
int doc_named_add(struct doc_named *n, const char *spool, struct doc_records *r,
    struct doc_error *err) DOC_MUST_CHECK;

/* "TENANT/aa/SHA256/NAME". */
bool doc_named_has(const struct doc_named *n, const char *path);

void doc_named_release(struct doc_named *n);

#endif
