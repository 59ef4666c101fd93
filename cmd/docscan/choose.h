/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose - with which engine and which signatures docscan works, from its
 * options and from what there is.
 *
 * Supervisor, before the first record.
 */
#ifndef DOCSCAN_CHOOSE_H
#define DOCSCAN_CHOOSE_H

#include "cmd/options.h"
#include "lib/engine/clamd.h"
#include "lib/engine/dbset.h"

/* What makes status 1; incomplete and error do so anyway. */
enum { DOCSCAN_FAIL_INFECTED = 1, DOCSCAN_FAIL_HEURISTIC = 2 };

/* What a clamd says of itself, and a key made of that. */
struct docscan_clamd {
	char version[DOC_CLAMD_LINE], key[DOC_DB_KEY];
};

/* Leaves CLAMD, and *clamd filled, or LIB in o->engine.  With signatures of
 * one's own it can only be LIB.  -1 with ENGINE: none at the socket, or its
 * signatures are older than --max-db-age. */
int docscan_choose_engine(struct doc_scan_options *o,
    struct docscan_clamd *clamd, struct doc_error *err) DOC_MUST_CHECK;

/* For libclamav.  Returns what people should know of the choice, or NULL;
 * ends the program where there is none and one is required. */
const char *docscan_choose_db(struct doc_scan_options *own,
    const struct doc_cmd *cmd);

/* -1 with ENGINE: older than --max-db-age. */
int docscan_check_age(const struct doc_scan_options *own,
    struct doc_error *err) DOC_MUST_CHECK;

/* Of --fail-on: bits as above; a word it does not know ends the program. */
unsigned docscan_fail_on(const struct doc_scan_options *own,
    const struct doc_cmd *cmd);

#endif
