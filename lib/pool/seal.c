/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/pool/seal.h"

enum {
	/* glibc 2.36: malloc/malloc.c.  Larger chunks than this one join the
	 * end of the heap when they are freed; smaller ones are kept. */
	TCACHE_MAX = 1032,
	CHUNK_STEP = 16,
	CHUNK_MIN = 24,
	/* Below the 128 KiB from where chunks are mappings of their own. */
	CHUNK_MAX = 100 << 10,
	/* Fewer steps, and less than a sixteenth of a chunk is left over. */
	COARSE_FROM = 2048,
};

static size_t
next_smaller(size_t size)
{
	return size > COARSE_FROM ? size - size / CHUNK_STEP
				  : size - CHUNK_STEP;
}

/* A chunk from the end of the heap says that no free one of its size is left.
 * Of small ones it stays: freed it would be the next that is given out. */
void
doc_seal_heap(void)
{
	char *end;

	(void)malloc_trim(0);
	end = (char *)sbrk(0) - mallinfo2().keepcost;
	for (size_t size = CHUNK_MAX; size >= CHUNK_MIN;
	     size = next_smaller(size)) {
		char *p;

		do
			p = malloc(size);
		while (p != NULL && p < end);
		if (size > TCACHE_MAX)
			free(p);
	}
}
