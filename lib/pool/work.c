/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/utf8.h"
#include "lib/pool/work.h"

static void
say(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	if (w->ops->field != NULL)
		w->ops->field(w, field, p, n);
}

void
doc_work_int(struct doc_work *w, enum doc_field field, uint64_t value)
{
	const uint64_t most = (uint64_t)1 << 53; /* jq 1.6 rounds above */
	uint64_t v = DOC_MIN(value, most);

	assert(doc_field_info(field)->type == DOC_T_INT);
	say(w, field, &v, sizeof(v));
}

/* Cut to n bytes at most, not inside a character. */
static size_t
cut(const char *s, size_t len, size_t n)
{
	if (len <= n)
		return len;
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
doc_work_strn(struct doc_work *w, enum doc_field field, const char *s, size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);
	size_t cap = info->type == DOC_T_LIST ? DOC_FIELD_ENTRY : info->cap;
	doc_autobuf struct doc_buf buf = { 0 };
	const char *end;

	assert(info->type == DOC_T_STR || info->type == DOC_T_LIST);
	n = DOC_MIN(n, 4 * cap);
	end = memchr(s, '\0', n);
	if (end != NULL)
		n = (size_t)(end - s);
	if (n == 0 || doc_utf8_repair(&buf, s, n) < 0)
		return;
	say(w, field, buf.data, cut(buf.data, buf.len, cap));
}

void
doc_work_str(struct doc_work *w, enum doc_field field, const char *s)
{
	if (s != NULL)
		doc_work_strn(w, field, s, strlen(s));
}

void
doc_work_bytes(struct doc_work *w, enum doc_field field, const void *p,
    size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);

	assert(info->type == DOC_T_BYTES);
	say(w, field, p, DOC_MIN(n, info->cap));
}

void
doc_work_time(struct doc_work *w, enum doc_field field, int64_t unix_s)
{
	char text[DOC_TIME_SIZE];

	if (doc_time_format(unix_s, text) == 0)
		doc_work_str(w, field, text);
}

void
doc_work_reason(struct doc_work *w, enum doc_reason reason)
{
	if (w->ops->reason != NULL)
		w->ops->reason(w, reason);
}

void
doc_work_progress(struct doc_work *w, unsigned done, unsigned total,
    uint64_t bytes)
{
	if (w->ops->progress != NULL)
		w->ops->progress(w, done, total, bytes);
}

void
doc_work_enough(struct doc_work *w)
{
	if (w->ops->enough != NULL)
		w->ops->enough(w);
}
