/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/mman.h>

#include "lib/stage/seen.h"

struct row {
	unsigned char key[DOC_DIGEST_BYTES];
	uint64_t used; /* when it was last asked for; 0: a free row */
	char value[];
};

struct doc_seen {
	size_t row_size, value_size, size;
	uint64_t clock;
	char rows[];
};

struct doc_seen *
doc_seen_new(size_t value_size)
{
	size_t row = sizeof(struct row) + (value_size + 7) / 8 * 8;
	size_t size = sizeof(struct doc_seen) + row * DOC_SEEN_ROWS;
	/* Not calloc: what is not used is never touched. */
	struct doc_seen *s = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (s == MAP_FAILED)
		return NULL;
	s->row_size = row;
	s->value_size = value_size;
	s->size = size;
	return s;
}

void
doc_seen_free(struct doc_seen *s)
{
	if (s != NULL)
		munmap(s, s->size);
}

static struct row *
row_of(struct doc_seen *s, const unsigned char *key, unsigned way)
{
	uint32_t set;

	memcpy(&set, key, sizeof(set));
	set %= DOC_SEEN_ROWS / DOC_SEEN_WAYS;
	return (struct row *)(void *)(s->rows +
	    ((size_t)set * DOC_SEEN_WAYS + way) * s->row_size);
}

void *
doc_seen_find(struct doc_seen *s,
    const unsigned char key[static DOC_DIGEST_BYTES])
{
	for (unsigned i = 0; i < DOC_SEEN_WAYS; i++) {
		struct row *r = row_of(s, key, i);

		if (r->used == 0 || memcmp(r->key, key, sizeof(r->key)) != 0)
			continue;
		r->used = ++s->clock;
		return r->value;
	}
	return NULL;
}

void *
doc_seen_add(struct doc_seen *s,
    const unsigned char key[static DOC_DIGEST_BYTES])
{
	struct row *oldest = row_of(s, key, 0);

	for (unsigned i = 1; i < DOC_SEEN_WAYS; i++) {
		struct row *r = row_of(s, key, i);

		if (r->used < oldest->used)
			oldest = r;
	}
	memcpy(oldest->key, key, sizeof(oldest->key));
	memset(oldest->value, 0, s->value_size);
	oldest->used = ++s->clock;
	return oldest->value;
}
