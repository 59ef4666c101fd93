/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/volume.h"

/* Zeros behind the end header of a volume; RAR writes less. */
enum { FILLING = 4096 };

static bool
begins(const struct doc_input *in, const char *mark, size_t n)
{
	return in->size > n && memcmp(in->data, mark, n) == 0;
}

#define BEGINS(in, mark) begins((in), (mark), sizeof(mark) - 1)

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

static bool
is_zip_part(const struct doc_input *in)
{
	const char *e = doc_zip_end(in);

	if (in->size >= 4 && memcmp(in->data, "PK\7\10", 4) == 0)
		return true;
	return e != NULL && doc_le16(e + 4) != 0 &&
	    doc_le16(e + 4) != UINT16_MAX;
}

/* What the headers told of the set and of its last file. */
struct set {
	bool met;     /* what follows holds */
	bool several; /* it is a volume */
	bool first;
	bool last;
};

/* The first file tells how it begins. */
static void
meet(struct set *s, bool several, bool first)
{
	if (!s->met)
		*s = (struct set){ true, several, first, false };
}

/* Behind the end of a volume, and zeros that fill it up, the next one may
 * follow; its first header, or NULL. */
static const unsigned char *
next_volume(const unsigned char *p, const unsigned char *end, const char *mark,
    size_t len)
{
	size_t reach = DOC_MIN((size_t)(end - p), FILLING + len);
	const unsigned char *next = memmem(p, reach, mark, len);

	return next ? next + len : NULL;
}

#define RAR4	  "Rar!\x1a\7\0"
#define RAR5	  "Rar!\x1a\7\1\0"
#define LEN(mark) (sizeof(mark) - 1)

/* RAR 1.5 to 4: checksum, type, flags, length of the header, and of the data
 * behind it where the flags say so. */
static void
walk_rar4(const unsigned char *p, size_t n, struct set *s)
{
	enum { MAIN = 0x73, END = 0x7b, HEAD = 7, HAS_DATA = 0x8000 };
	enum { VOLUME = 1, FIRST = 0x100, NEXT = 1 };
	const unsigned char *end = p + n, *next;

	while (n >= HEAD) {
		unsigned type = p[2], flags = doc_le16(p + 3);
		uint64_t len = doc_le16(p + 5);

		if (len < HEAD)
			break;
		if (type == MAIN) {
			meet(s, flags & VOLUME, flags & FIRST);
		} else if (type == END) {
			s->last = (flags & NEXT) == 0;
			next = s->last
			    ? NULL
			    : next_volume(p + 7, end, RAR4, LEN(RAR4));
			if (next == NULL)
				break;
			n = (size_t)(end - next);
			p = next;
			continue;
		}
		if ((flags & HAS_DATA) != 0 && n >= HEAD + 4)
			len += doc_le32(p + HEAD);
		if (len > n)
			break;
		p += len;
		n -= len;
	}
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
static void
walk_rar5(const unsigned char *p, size_t n, struct set *s)
{
	enum { MAIN = 1, END = 5, HAS_EXTRA = 1, HAS_DATA = 2 };
	enum { VOLUME = 1, HAS_NUMBER = 2, NEXT = 1 };
	const unsigned char *end = p + n;

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
			meet(s, flags & VOLUME,
			    (flags & HAS_NUMBER) == 0 ||
				take_number(&head, p) == 0);
		} else if (type == END) {
			s->last = (flags & NEXT) == 0;
			head = s->last ? NULL
				       : next_volume(p, end, RAR5, LEN(RAR5));
			if (head == NULL)
				break;
			p = head;
			continue;
		}
		if (data > (uint64_t)(end - p))
			break;
		p += data;
	}
}

static bool
is_rar_part(const struct doc_input *in)
{
	const unsigned char *p = (const unsigned char *)in->data;
	struct set s = { 0 };

	if (BEGINS(in, RAR4))
		walk_rar4(p + LEN(RAR4), in->size - LEN(RAR4), &s);
	else if (BEGINS(in, RAR5))
		walk_rar5(p + LEN(RAR5), in->size - LEN(RAR5), &s);
	/* Those before RAR 3.0 do not tell which one is the first. */
	return s.several && !(s.last && (s.first || in->volumes > 1));
}

/* Where its directory is, which is at the end (7zFormat.txt, StartHeader). */
static bool
seven_zip_goes_on(const struct doc_input *in)
{
	uint64_t end;

	if (in->size < 32)
		return true;
	return !__builtin_add_overflow(doc_le64(in->data + 12),
		   doc_le64(in->data + 20), &end) &&
	    end > in->size - 32;
}

/* With blocks of zeros.  libarchive 3.6.2 takes the end of the file for it,
 * too, where that is between two members. */
static bool
tar_ends(const struct doc_input *in)
{
	static const char zeros[512];

	return memcmp(in->data + in->size - sizeof(zeros), zeros,
		   sizeof(zeros)) == 0;
}

/* The number of this disk, and so of those before it; UINT16_MAX: it is in the
 * record of zip64, or there is none. */
static unsigned
zip_disk(const struct doc_input *in)
{
	const char *e = doc_zip_end(in);

	return e != NULL ? doc_le16(e + 4) : UINT16_MAX;
}

static bool
goes_on(const struct doc_input *in)
{
	unsigned disk;

	if (in->size > 512 && memcmp(in->data + 257, "ustar", 5) == 0)
		return !tar_ends(in);
	if (BEGINS(in, "7z\xbc\xaf\x27\x1c"))
		return seven_zip_goes_on(in);
	if (!BEGINS(in, "PK\7\10"))
		return false;
	disk = zip_disk(in);
	return disk == UINT16_MAX ? doc_zip_end(in) == NULL
				  : disk + 1 > in->volumes;
}

/* Of a RAR nothing may be missed all the same: what goes on from the part
 * before is passed over, and so is what begins there.  What was joined is no
 * part any more, but may lack its end. */
bool
doc_volume_lacks(const struct doc_input *in, const struct doc_error *end,
    bool partial)
{
	if (is_rar_part(in))
		return true;
	if (in->volumes < 2)
		return (partial || end->code != DOC_E_NONE) && is_zip_part(in);
	return goes_on(in) ||
	    (end->code == DOC_E_DAMAGED &&
		(strcasestr(end->msg, "truncated") != NULL ||
		    strstr(end->msg, "cut short") != NULL));
}

bool
doc_volume_is_mixed(const struct doc_input *in)
{
	struct set s = { 0 };

	if (in->volumes < 2)
		return false;
	if (BEGINS(in, RAR5)) {
		walk_rar5((const unsigned char *)in->data + LEN(RAR5),
		    in->size - LEN(RAR5), &s);
		return s.several && !s.first;
	}
	return BEGINS(in, "PK\7\10") && zip_disk(in) + 1 < in->volumes;
}
