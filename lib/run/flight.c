/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "lib/run/flight.h"

struct doc_flight *
doc_flight_new(struct doc_entry *entry, const char *id, const char *line,
    size_t len)
{
	struct doc_flight *f = calloc(1, sizeof(*f));

	if (f == NULL || doc_flight_set(f, line, len) < 0) {
		free(f);
		return NULL;
	}
	f->entry = entry;
	memcpy(f->id, id, sizeof(f->id));
	return f;
}

void
doc_flight_free(struct doc_flight *f)
{
	doc_buf_release(&f->line);
	free(f);
}

int
doc_flight_set(struct doc_flight *f, const char *line, size_t len)
{
	f->line.len = 0;
	if (doc_buf_reserve(&f->line, len + 1) < 0)
		return -1;
	doc_buf_add(&f->line, line, len);
	return doc_buf_addc(&f->line, '\n');
}

void
doc_queue_add(struct doc_queue *q, struct doc_flight *f)
{
	f->prev = q->tail;
	f->next = NULL;
	if (q->tail != NULL)
		q->tail->next = f;
	else
		q->head = f;
	q->tail = f;
	q->count++;
	q->bytes += f->line.len;
}

void
doc_queue_remove(struct doc_queue *q, struct doc_flight *f)
{
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		q->head = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	else
		q->tail = f->prev;
	q->count--;
	q->bytes -= f->line.len;
}

struct doc_flight *
doc_queue_find(const struct doc_queue *q, const char *id)
{
	struct doc_flight *f = q->head;

	while (f != NULL && memcmp(f->id, id, DOC_ID_SIZE) != 0)
		f = f->next;
	return f;
}

void
doc_queue_prepend(struct doc_queue *q, struct doc_queue *from)
{
	if (from->head == NULL)
		return;
	from->tail->next = q->head;
	if (q->head != NULL)
		q->head->prev = from->tail;
	else
		q->tail = from->tail;
	q->head = from->head;
	q->count += from->count;
	q->bytes += from->bytes;
	*from = (struct doc_queue){ 0 };
}

void
doc_queue_release(struct doc_queue *q)
{
	while (q->head != NULL) {
		struct doc_flight *f = q->head;

		doc_queue_remove(q, f);
		doc_flight_free(f);
	}
}

/* 32 hexadecimal digits, and no NUL that would make it another one. */
static bool
is_id(const char *p)
{
	for (size_t i = 0; i < DOC_ID_SIZE - 1; i++)
		if (!isxdigit((unsigned char)p[i]))
			return false;
	return true;
}

int
doc_line_id(const char *line, size_t len, char id[static DOC_ID_SIZE])
{
	static const char ours[] = "{\"v\":1,\"type\":\"doc\",\"id\":\"";
	const size_t at = sizeof(ours) - 1, n = DOC_ID_SIZE - 1;
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;

	/* As our own stages write it; whoever keeps it parses it whole. */
	if (len > at + n + 2 && memcmp(line, ours, at) == 0 &&
	    line[at + n] == '"' && is_id(line + at)) {
		memcpy(id, line + at, n);
		id[n] = '\0';
		return 1;
	}
	if (doc_record_parse(&rec, line, len, &err) < 0)
		return -1;
	if (rec.type != DOC_TYPE_DOC)
		return 0;
	if (doc_record_str(&rec, "id", &b) != 1 || b.len != n || !is_id(b.data))
		return -1;
	memcpy(id, b.data, n);
	id[n] = '\0';
	return 1;
}
