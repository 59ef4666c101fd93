/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * found - what docscan's worker and its engine tell, as JSON.
 *
 * Supervisor.
 */
#ifndef DOC_FOUND_H
#define DOC_FOUND_H

#include "lib/pool/answer.h"

/* "found":[...], of the entries of that field; nothing when there are none. */
void doc_found_write(struct doc_json *j, const struct doc_answer *a);

/* "databases":[...], of the lines of doc_clamav_info.files. */
void doc_databases_write(struct doc_json *j, const char *files);

#endif
