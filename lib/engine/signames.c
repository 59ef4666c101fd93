/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/engine/signames.h"

/* FNV-1a, 64 bits: two of ten million names meet once in 400,000 sets. */
static uint64_t
hash_of(const char *name, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3;
	return h;
}

int
doc_signames_add(struct doc_signames *s, const char *name)
{
	if (s->count == s->room) {
		size_t room = DOC_MAX(2 * s->room, (size_t)1024);
		uint64_t *p = reallocarray(s->hash, room, sizeof(*p));

		if (p == NULL)
			return -1;
		s->hash = p;
		s->room = room;
	}
	s->hash[s->count++] = hash_of(name, strlen(name));
	return 0;
}

int
doc_signames_next(struct doc_signames *s)
{
	size_t *p = reallocarray(s->end, s->files + 1, sizeof(*p));

	if (p == NULL)
		return -1;
	s->end = p;
	p[s->files++] = s->count;
	return 0;
}

static int
find(const struct doc_signames *s, const char *name, size_t n)
{
	uint64_t h = hash_of(name, n);
	size_t i = 0;

	for (size_t f = 0; f < s->files; f++)
		for (; i < s->end[f]; i++)
			if (s->hash[i] == h)
				return (int)f;
	return -1;
}

int
doc_signames_find(const struct doc_signames *s, const char *name)
{
	static const char unofficial[] = ".UNOFFICIAL", yara[] = "YARA.";
	size_t n = strlen(name), tail = sizeof(unofficial) - 1;
	int file;

	if (n > tail && strcmp(name + n - tail, unofficial) == 0)
		n -= tail;
	file = find(s, name, n);
	if (file < 0 && strncmp(name, yara, sizeof(yara) - 1) == 0)
		file = find(s, name + sizeof(yara) - 1, n - sizeof(yara) + 1);
	return file;
}
