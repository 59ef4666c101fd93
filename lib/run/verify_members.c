/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members and their containers: a container whose members were delivered has
 * records of so many, at least, and no record is of a container that has none.
 */
#include <stdio.h>
#include <string.h>

#include "lib/record/path.h"
#include "lib/run/ledger_impl.h"
#include "lib/run/verify.h"

struct family {
	uint8_t id[16];
	uint32_t delivered, seen;
	uint64_t line; /* of the container's record; 0: none yet */
	bool used;
};

struct doc_family_book {
	struct family *at;
	size_t count, room;
};

static struct family *
place(struct family *at, size_t room, const uint8_t id[static 16])
{
	uint64_t h;
	size_t i;

	memcpy(&h, id, sizeof(h));
	for (i = (size_t)h & (room - 1); at[i].used; i = (i + 1) & (room - 1))
		if (memcmp(at[i].id, id, 16) == 0)
			break;
	return &at[i];
}

static struct family *
find(struct doc_family_book *b, const char *hex)
{
	struct family *f, *more;
	uint8_t id[16];

	if (b->count * 2 >= b->room) {
		size_t room = b->room ? b->room * 2 : 256;

		more = calloc(room, sizeof(*more));
		if (more == NULL)
			return NULL;
		for (size_t i = 0; i < b->room; i++)
			if (b->at[i].used)
				*place(more, room, b->at[i].id) = b->at[i];
		free(b->at);
		b->at = more;
		b->room = room;
	}
	ledger_id(hex, id);
	f = place(b->at, b->room, id);
	b->count += !f->used;
	f->used = true;
	memcpy(f->id, id, sizeof(id));
	return f;
}

/* 32 hexadecimal digits of the record, or none. */
static bool
id_of(const struct doc_record *rec, const char *key, char id[DOC_ID_SIZE])
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_record_str(rec, key, &b) != 1 || b.len != DOC_ID_SIZE - 1)
		return false;
	memcpy(id, b.data, b.len);
	id[b.len] = '\0';
	return strspn(id, "0123456789abcdef") == b.len;
}

int
verify_member(struct doc_verify *v, const struct doc_record *rec, uint64_t line)
{
	doc_autovalue struct doc_value *list = NULL;
	int64_t delivered;
	char id[DOC_ID_SIZE];
	struct family *f;

	if (v->book == NULL)
		v->book = calloc(1, sizeof(*v->book));
	if (v->book == NULL)
		return -1;
	if (id_of(rec, "parent", id)) {
		f = find(v->book, id);
		if (f == NULL)
			return -1;
		f->seen++;
	}
	list = doc_record_value(rec, "list");
	delivered = doc_value_int(doc_value_get(list, "delivered"), -1);
	if (delivered < 0 || !id_of(rec, "id", id))
		return 0;
	f = find(v->book, id);
	if (f == NULL)
		return -1;
	f->delivered = (uint32_t)delivered;
	f->line = line;
	return 0;
}

int
verify_members(struct doc_verify *v, struct doc_error *err)
{
	uint64_t orphans = 0;

	for (size_t i = 0; v->book != NULL && i < v->book->room; i++) {
		const struct family *f = &v->book->at[i];
		char where[64];

		if (!f->used)
			continue;
		orphans += f->line == 0 ? f->seen : 0;
		snprintf(where, sizeof(where), "out.ndjson:%ju",
		    (uintmax_t)f->line);
		if (f->line != 0 && f->seen < f->delivered &&
		    verify_tell(v, NULL, err, where,
			"%u members were delivered, and only %u have records",
			f->delivered, f->seen) < 0)
			return -1;
	}
	return orphans == 0 ? 0
			    : verify_tell(v, NULL, err, "out.ndjson",
				  "%ju members of containers without a record",
				  (uintmax_t)orphans);
}

void
verify_members_free(struct doc_verify *v)
{
	if (v->book != NULL)
		free(v->book->at);
	free(doc_steal(&v->book));
}
