/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer - what a worker said, checked; and as JSON.
 *
 * Supervisor.  Every field goes through the table of lib/record/field.h: right
 * stage, right type, within its cap, valid UTF-8.  Anything else is a protocol
 * error, and the worker is killed.
 */
#ifndef DOC_ANSWER_H
#define DOC_ANSWER_H

#include "lib/base/buf.h"
#include "lib/pool/frame.h"
#include "lib/record/json.h"
#include "lib/record/reason.h"

struct doc_answer {
	struct doc_buf value[DOC_F_COUNT]; /* a list: NUL-ended entries */
	uint64_t number[DOC_F_COUNT];
	bool set[DOC_F_COUNT];
	unsigned entries[DOC_F_COUNT];
	uint64_t reasons; /* bits by enum doc_reason */
};

/* Check and add a payload of fields allowed for `stages`.  PROTOCOL,
 * NO_MEMORY. */
int doc_answer_add(struct doc_answer *a, unsigned stages, const char *p,
    size_t n, struct doc_error *err) DOC_MUST_CHECK;

void doc_answer_reason(struct doc_answer *a, enum doc_reason reason);
bool doc_answer_has_reason(const struct doc_answer *a, enum doc_reason reason);

/* Content of a string field, "" when not set. */
const char *doc_answer_str(struct doc_answer *a, enum doc_field field);

/* Write all fields but those in `without` (0-ended, may be NULL). */
void doc_answer_write(const struct doc_answer *a, struct doc_json *j,
    const enum doc_field *without);

/* "reasons":[...], nothing when there is none. */
void doc_reasons_write(uint64_t reasons, struct doc_json *j);

void doc_answer_release(struct doc_answer *a);

#endif
