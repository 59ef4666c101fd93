/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/digest.h"
#include "lib/stage/namesakes.h"

enum { ROOM = 16 /* at first; a power of two */ };

/* A row: 48 bits of the digest, 16 of the count, which is 0 in a free one. What
 * came more often goes on in the next row. */
#define ROW_MAX 0xffffU

static uint64_t
key_of(const char *name, size_t len)
{
	unsigned char raw[DOC_DIGEST_BYTES];
	struct doc_digest d;
	uint64_t key;

	doc_digest_init(&d);
	doc_digest_add(&d, name, len);
	doc_digest_raw(&d, raw);
	memcpy(&key, raw, sizeof(key));
	return key & ~(uint64_t)ROW_MAX;
}

static size_t
first_row(const struct doc_namesakes *n, uint64_t key)
{
	return (size_t)(key >> 16) & (n->room - 1);
}

/* A free row, or the one of `key` that is not full; how much the full ones
 * hold is added to *before. */
static uint64_t *
find(const struct doc_namesakes *n, uint64_t key, uint32_t *before)
{
	size_t i = first_row(n, key);

	for (;; i = (i + 1) & (n->room - 1)) {
		uint64_t *row = &n->at[i];

		if (*row == 0)
			return row;
		if ((*row & ~(uint64_t)ROW_MAX) != key)
			continue;
		if ((*row & ROW_MAX) < ROW_MAX)
			return row;
		*before += ROW_MAX;
	}
}

static int
grow(struct doc_namesakes *n)
{
	struct doc_namesakes more = { .count = n->count,
		.room = n->room ? n->room * 2 : ROOM };

	more.at = calloc(more.room, sizeof(*more.at));
	if (more.at == NULL)
		return -1;
	for (size_t k = 0; k < n->room; k++) {
		size_t i;

		if (n->at[k] == 0)
			continue;
		i = first_row(&more, n->at[k]);
		while (more.at[i] != 0)
			i = (i + 1) & (more.room - 1);
		more.at[i] = n->at[k];
	}
	free(n->at);
	*n = more;
	return 0;
}

uint32_t
doc_namesakes_add(struct doc_namesakes *n, const char *name, size_t len)
{
	uint64_t key = key_of(name, len), *row;
	uint32_t before = 0;

	if (n->count * 4 >= n->room * 3 && grow(n) < 0)
		return 0;
	row = find(n, key, &before);
	if (*row == 0) {
		*row = key;
		n->count++;
	}
	++*row;
	return before + (uint32_t)(*row & ROW_MAX);
}

void
doc_namesakes_release(struct doc_namesakes *n)
{
	free(doc_steal(&n->at));
	n->count = n->room = 0;
}
