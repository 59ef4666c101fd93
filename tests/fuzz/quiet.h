/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiet - a doc_work for fuzzers: what comes out is checked and forgotten.
 *
 * Text must be what text.h promises, and a field what the supervisor's table
 * lets through; else the worker would be killed for it.
 */
#ifndef DOC_QUIET_H
#define DOC_QUIET_H

#include <assert.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/text.h"
#include "lib/pool/answer.h"

static void
quiet_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);
	struct doc_answer a = { 0 };
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };

	(void)w;
	if (doc_field_put(&b, field, p, n) < 0)
		return;
	assert(doc_answer_add(&a, info->stages, b.data, b.len, &err) == 0);
	doc_answer_release(&a);
}

static void
quiet_reason(struct doc_work *w, enum doc_reason reason)
{
	(void)w;
	assert(reason < DOC_R_COUNT);
}

static void
quiet_progress(struct doc_work *w, unsigned done, unsigned total,
    uint64_t bytes)
{
	(void)w;
	(void)done;
	(void)total;
	(void)bytes;
}

/* Members are not wanted; that is an end a format must cope with. */
static int
quiet_member_open(struct doc_work *w, struct doc_error *err)
{
	(void)w;
	return doc_error_set(err, DOC_E_MEMBERS, "none wanted");
}

static void
quiet_member_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	(void)w;
	(void)err;
	assert(reason < DOC_R_COUNT);
}

static const struct doc_work_ops quiet_ops = { quiet_field, quiet_reason,
	quiet_progress, quiet_member_open, quiet_member_close, NULL, NULL };

/* A text whose bytes stay in *keep. */
static inline void
quiet_init(struct doc_work *work, struct doc_text *text, struct doc_buf *keep)
{
	*work = (struct doc_work){ .ops = &quiet_ops,
		.out = -1,
		.max_output = 1 << 20 };
	doc_text_init(text, work);
	keep->max = 4 << 20;
	text->keep = keep;
}

static inline void
quiet_check(struct doc_text *text, const struct doc_buf *keep)
{
	struct doc_error err = { 0 };

	(void)!doc_text_finish(text, &err);
	assert(doc_utf8_valid(keep->data, keep->len) == keep->len);
	for (size_t i = 0; i < keep->len; i++) {
		unsigned char c = (unsigned char)keep->data[i];

		assert(c >= 0x20 || c == '\t' || c == '\n' || c == '\f');
	}
	assert(text->words <= text->chars);
	doc_text_release(text);
}

/* The bytes in a place of their own, so that a read beyond is seen. */
static inline char *
quiet_copy(const uint8_t *data, size_t size)
{
	char *p = malloc(size ? size : 1);

	if (p != NULL && size > 0)
		memcpy(p, data, size);
	return p;
}

#endif
