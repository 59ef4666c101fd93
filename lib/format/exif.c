/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/exif.h"

#include <string.h>

/* A TIFF structure in either byte order. */
struct tiff {
	const unsigned char *p;
	size_t n;
	bool big;
};

static uint32_t
get16(const struct tiff *t, size_t at)
{
	uint32_t a, b;

	if (at + 2 > t->n)
		return 0;
	a = t->p[at];
	b = t->p[at + 1];
	return t->big ? a << 8 | b : b << 8 | a;
}

static uint32_t
get32(const struct tiff *t, size_t at)
{
	uint32_t a = get16(t, at), b = get16(t, at + 2);

	return t->big ? a << 16 | b : b << 16 | a;
}

/* Looks through the first directory only: the second is the thumbnail's. */
static unsigned
find_orientation(const struct tiff *t)
{
	size_t at = get32(t, 4);
	uint32_t count = get16(t, at);

	for (uint32_t i = 0; i < count; i++) {
		size_t entry = at + 2 + (size_t)i * 12;
		uint32_t value;

		if (entry + 12 > t->n)
			break;
		if (get16(t, entry) != 274)
			continue;
		value = get16(t, entry + 8);
		return value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}

static unsigned
read_app1(const unsigned char *p, size_t n)
{
	struct tiff t = { 0 };

	if (n < 14 || memcmp(p, "Exif\0\0", 6) != 0)
		return 0;
	t.p = p + 6;
	t.n = n - 6;
	t.big = t.p[0] == 'M';
	return find_orientation(&t);
}

unsigned
doc_exif_orientation(const void *data, size_t size)
{
	const unsigned char *p = data;
	size_t at = 2;

	if (size < 4 || p[0] != 0xff || p[1] != 0xd8)
		return 1;
	/* Segments up to the start of the scan: marker, length, content. */
	while (at + 4 <= size && p[at] == 0xff && p[at + 1] != 0xda) {
		size_t len = (size_t)p[at + 2] << 8 | p[at + 3];
		unsigned found = 0;

		if (len < 2 || at + 2 + len > size)
			break;
		if (p[at + 1] == 0xe1)
			found = read_app1(p + at + 4, len - 2);
		if (found)
			return found;
		at += 2 + len;
	}
	return 1;
}
