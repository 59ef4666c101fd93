/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sarif - what was found in the records as a SARIF 2.1.0 log (OASIS), for
 * whoever shows alerts.
 *
 * docrun and its verbs.  A result for each kind of finding in a document,
 * whatever the gates: error for an infected document or an error, warning for a
 * partial result.  Names
 * are URI references as in RFC 3986; members of containers are logical
 * locations in their file.
 */
#ifndef DOC_SARIF_H
#define DOC_SARIF_H

#include "lib/review/records.h"

/* `out` is standard output, for the path "-". */
int doc_sarif_write(struct doc_records *r, const char *path, int out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
