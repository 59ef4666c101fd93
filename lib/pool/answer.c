/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/pool/answer.h"

_Static_assert(DOC_R_COUNT <= 64, "reasons fit a word");

/* What a field is found to be. */
enum verdict { TAKEN, WRONG, NO_ROOM };

static enum verdict
add_number(struct doc_answer *a, const struct doc_field_view *v)
{
	uint64_t n;

	if (v->n != sizeof(n))
		return WRONG;
	memcpy(&n, v->p, sizeof(n));
	if (n > (uint64_t)1 << 53)
		return WRONG;
	a->number[v->field] = n;
	return TAKEN;
}

static enum verdict
add_string(struct doc_answer *a, const struct doc_field_view *v, size_t cap)
{
	struct doc_buf *b = &a->value[v->field];

	if (v->n > cap || doc_utf8_valid(v->p, v->n) != v->n ||
	    memchr(v->p, '\0', v->n) != NULL)
		return WRONG;
	b->len = 0;
	/* With its NUL, so that doc_answer_str cannot fail. */
	return doc_buf_add(b, v->p, v->n) < 0 || doc_buf_str(b) == NULL
	    ? NO_ROOM
	    : TAKEN;
}

static enum verdict
add_entry(struct doc_answer *a, const struct doc_field_view *v, size_t cap)
{
	struct doc_buf *b = &a->value[v->field];

	if (v->n > DOC_FIELD_ENTRY || doc_utf8_valid(v->p, v->n) != v->n ||
	    memchr(v->p, '\0', v->n) != NULL)
		return WRONG;
	if (a->entries[v->field] == cap) /* the rest is dropped */
		return TAKEN;
	if (doc_buf_reserve(b, v->n + 1) < 0)
		return NO_ROOM;
	a->entries[v->field]++;
	doc_buf_add(b, v->p, v->n);
	doc_buf_addc(b, '\0');
	return TAKEN;
}

static enum verdict
add_bytes(struct doc_answer *a, const struct doc_field_view *v, size_t cap)
{
	struct doc_buf *b = &a->value[v->field];

	if (v->n > cap)
		return WRONG;
	b->len = 0;
	return doc_buf_add(b, v->p, v->n) < 0 ? NO_ROOM : TAKEN;
}

static enum verdict
add(struct doc_answer *a, unsigned stages, const struct doc_field_view *v)
{
	const struct doc_field_info *info = doc_field_info(v->field);
	enum verdict found = WRONG;

	if (info == NULL || (info->stages & stages) == 0)
		return WRONG;
	/* The digest is told before a parser sees the document: a second one
	 * would be a parser's. */
	if (v->field == DOC_F_SHA256 && a->set[v->field])
		return WRONG;
	switch (info->type) {
	case DOC_T_INT:
		found = add_number(a, v);
		break;
	case DOC_T_STR:
		found = add_string(a, v, info->cap);
		break;
	case DOC_T_LIST:
		found = add_entry(a, v, info->cap);
		break;
	case DOC_T_BYTES:
		found = add_bytes(a, v, info->cap);
		break;
	}
	a->set[v->field] = found == TAKEN;
	return found;
}

int
doc_answer_add(struct doc_answer *a, unsigned stages, const char *p, size_t n,
    struct doc_error *err)
{
	const char *at = p, *end = p + n;
	struct doc_field_view v;
	int rc;

	while ((rc = doc_field_next(&at, end, &v)) > 0) {
		enum verdict found = add(a, stages, &v);

		if (found == WRONG)
			return doc_error_set(err, DOC_E_PROTOCOL,
			    "the worker sent a field that is not allowed");
		if (found == NO_ROOM)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "no memory for the answer");
	}
	if (rc < 0)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker sent a malformed answer");
	return 0;
}

void
doc_answer_reason(struct doc_answer *a, enum doc_reason reason)
{
	if (reason != DOC_R_NONE)
		a->reasons |= (uint64_t)1 << reason;
}

bool
doc_answer_has_reason(const struct doc_answer *a, enum doc_reason reason)
{
	return (a->reasons >> reason & 1) != 0;
}

const char *
doc_answer_str(struct doc_answer *a, enum doc_field field)
{
	const char *s = a->set[field] ? doc_buf_str(&a->value[field]) : "";

	return s ? s : "";
}

static void
write_list(struct doc_json *j, const char *key, const struct doc_buf *b)
{
	size_t at = 0;

	doc_json_open(j, key, '[');
	while (at < b->len) {
		doc_json_str(j, NULL, b->data + at);
		at += strlen(b->data + at) + 1;
	}
	doc_json_close(j, ']');
}

static bool
listed(const enum doc_field *list, unsigned f)
{
	for (; list != NULL && *list != DOC_F_NONE; list++)
		if (*list == f)
			return true;
	return false;
}

void
doc_answer_write(const struct doc_answer *a, struct doc_json *j,
    const enum doc_field *without)
{
	for (unsigned f = 1; f < DOC_F_COUNT; f++) {
		const struct doc_field_info *info = doc_field_info(f);
		const struct doc_buf *b = &a->value[f];

		if (!a->set[f] || listed(without, f))
			continue;
		if (info->type == DOC_T_INT)
			doc_json_int(j, info->name, (int64_t)a->number[f]);
		else if (info->type == DOC_T_STR)
			doc_json_strn(j, info->name, b->data ? b->data : "",
			    b->len);
		else if (info->type == DOC_T_LIST)
			write_list(j, info->name, b);
	}
}

void
doc_reasons_write(uint64_t reasons, struct doc_json *j)
{
	if (reasons == 0)
		return;
	doc_json_open(j, "reasons", '[');
	for (unsigned r = 1; r < DOC_R_COUNT; r++)
		if (reasons >> r & 1)
			doc_json_str(j, NULL,
			    doc_reason_name((enum doc_reason)r));
	doc_json_close(j, ']');
}

void
doc_answer_release(struct doc_answer *a)
{
	for (unsigned f = 0; f < DOC_F_COUNT; f++)
		doc_buf_release(&a->value[f]);
	memset(a, 0, sizeof(*a));
}
