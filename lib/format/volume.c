/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/volume.h"

const char *
doc_zip_end(const struct doc_input *in)
{
	size_t reach = DOC_MIN(in->size, (size_t)22 + UINT16_MAX);

	for (size_t back = 22; back <= reach; back++) {
		const char *e = in->data + in->size - back;

		if (memcmp(e, "PK\5\6", 4) == 0)
			return e;
	}
	return NULL;
}

bool
doc_volume_is_zip(const struct doc_input *in)
{
	const char *e = doc_zip_end(in);

	if (in->size >= 4 && memcmp(in->data, "PK\7\10", 4) == 0)
		return true;
	return e != NULL && doc_le16(e + 4) != 0 &&
	    doc_le16(e + 4) != UINT16_MAX;
}

/* What the headers told of the set and of its last file. */
struct set {
	bool several; /* it is a volume */
	bool first;
	bool last;
};

static bool
is_part(const struct set *s)
{
	return s->several && !(s->first && s->last);
}

/* RAR 1.5 to 4: checksum, type, flags, length of the header, and of the data
 * behind it where the flags say so. */
static bool
is_rar4_volume(const unsigned char *p, size_t n)
{
	enum { MAIN = 0x73, END = 0x7b, HEAD = 7, HAS_DATA = 0x8000 };
	enum { VOLUME = 1, FIRST = 0x100, NEXT = 1 };
	struct set s = { 0 };

	while (n >= HEAD) {
		unsigned type = p[2], flags = doc_le16(p + 3);
		uint64_t len = doc_le16(p + 5);

		if (len < HEAD)
			break;
		if (type == MAIN) {
			s.several = (flags & VOLUME) != 0;
			s.first = (flags & FIRST) != 0;
		} else if (type == END) {
			s.last = (flags & NEXT) == 0;
			break;
		}
		if ((flags & HAS_DATA) != 0 && n >= HEAD + 4)
			len += doc_le32(p + HEAD);
		if (len > n)
			break;
		p += len;
		n -= len;
	}
	return is_part(&s);
}

/* RAR 5: seven bits of a number a byte, the lowest first.  0 behind the end. */
static uint64_t
take_number(const unsigned char **p, const unsigned char *end)
{
	uint64_t v = 0;

	for (unsigned shift = 0; *p < end && shift < 63; shift += 7) {
		unsigned char c = *(*p)++;

		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return v;
	}
	return 0;
}

/* Checksum, length of what follows, type, flags, lengths of extra fields and of
 * the data, as the flags say; then what the type has. */
static bool
is_rar5_volume(const unsigned char *p, size_t n)
{
	enum { MAIN = 1, END = 5, HAS_EXTRA = 1, HAS_DATA = 2 };
	enum { VOLUME = 1, HAS_NUMBER = 2, NEXT = 1 };
	const unsigned char *end = p + n;
	struct set s = { 0 };

	while (end - p > 4) {
		const unsigned char *q = p + 4, *head;
		uint64_t len = take_number(&q, end), data = 0;
		uint64_t type, flags;

		if (len == 0 || len > (uint64_t)(end - q))
			break;
		head = q;
		p = q + len;
		type = take_number(&head, p);
		flags = take_number(&head, p);
		if (flags & HAS_EXTRA)
			(void)take_number(&head, p);
		if (flags & HAS_DATA)
			data = take_number(&head, p);
		flags = take_number(&head, p);
		if (type == MAIN) {
			s.several = (flags & VOLUME) != 0;
			s.first = (flags & HAS_NUMBER) == 0 ||
			    take_number(&head, p) == 0;
		} else if (type == END) {
			s.last = (flags & NEXT) == 0;
			break;
		}
		if (data > (uint64_t)(end - p))
			break;
		p += data;
	}
	return is_part(&s);
}

bool
doc_volume_is_rar(const struct doc_input *in)
{
	const unsigned char *p = (const unsigned char *)in->data;

	if (in->size > 7 && memcmp(p, "Rar!\x1a\x07\x00", 7) == 0)
		return is_rar4_volume(p + 7, in->size - 7);
	if (in->size > 8 && memcmp(p, "Rar!\x1a\x07\x01\x00", 8) == 0)
		return is_rar5_volume(p + 8, in->size - 8);
	return false;
}
