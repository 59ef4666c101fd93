/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/archive.h"
#include "lib/format/dense.h"
#include "lib/format/unpack.h"
#include "lib/record/media.h"

#define BLOCK ((size_t)512)

/* An extended header larger than this is no usual one. */
#define PAX_MAX ((size_t)8192)

/* POSIX.1-2017 pax, "ustar Interchange Format", and what GNU tar adds. */
struct tar {
	char head[BLOCK];
	size_t have;   /* bytes of head */
	uint64_t left; /* content and padding of the entry, still to come */
	char pax[PAX_MAX];
	size_t pax_len;
	bool in_pax;
	bool ended; /* a block of zeros */
	bool tail;  /* and more than zeros behind it */
};

static bool
is_zero(const char *p, size_t n)
{
	return n == 0 || (p[0] == '\0' && memcmp(p, p + 1, n - 1) == 0);
}

/* Octal digits, or a number in base 256; -1: neither. */
static int64_t
number(const char *p, size_t n)
{
	uint64_t v = 0;
	size_t i = 0;

	if ((unsigned char)p[0] == 0x80) {
		for (i = 1; i < n; i++) {
			if (v >> 54)
				return -1;
			v = v << 8 | (unsigned char)p[i];
		}
		return (int64_t)v;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (unsigned)(p[i] - '0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	return (int64_t)v;
}

static bool
has_sum(const char *head)
{
	int64_t sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head[i];
	return number(head + 148, 8) == sum;
}

/* An entry whose size all readers take alike. */
static bool
begin_entry(struct tar *t)
{
	int64_t size = number(t->head + 124, 12);
	char type = t->head[156];

	if (size < 0 || !has_sum(t->head))
		return false;
	if (type >= '1' && type <= '6') /* links, devices, folders */
		return size == 0;
	t->in_pax = type == 'x' || type == 'g';
	if (type != '0' && type != '\0' && type != '7' && type != 'L' &&
	    type != 'K' && !t->in_pax)
		return false;
	if (t->in_pax && (size_t)size > PAX_MAX)
		return false;
	t->left = ((uint64_t)size + BLOCK - 1) / BLOCK * BLOCK;
	t->pax_len = 0;
	return true;
}

/* Extended headers may give another size, or tell of a sparse file. */
static bool
end_pax(struct tar *t)
{
	bool good = memmem(t->pax, t->pax_len, " size=", 6) == NULL &&
	    memmem(t->pax, t->pax_len, "GNU.sparse", 10) == NULL;

	t->in_pax = false;
	return good;
}

static bool
take_content(struct tar *t, const char *p, size_t n)
{
	if (t->in_pax) {
		memcpy(t->pax + t->pax_len, p, n);
		t->pax_len += n;
	}
	t->left -= n;
	return t->left > 0 || !t->in_pax || end_pax(t);
}

static bool
take_header(struct tar *t)
{
	t->have = 0;
	if (!is_zero(t->head, BLOCK))
		return begin_entry(t);
	t->ended = true;
	return true;
}

/* The next bytes of the archive; false: there is more in it than members. */
static bool
tar_take(struct tar *t, const char *p, size_t n)
{
	while (n > 0) {
		bool content = t->left > 0;
		size_t want = content ? (size_t)DOC_MIN(t->left, (uint64_t)n)
				      : DOC_MIN(BLOCK - t->have, n);

		if (t->ended) {
			t->tail = !is_zero(p, n);
			return !t->tail;
		}
		if (!content)
			memcpy(t->head + t->have, p, want);
		t->have += content ? 0 : want;
		if (content && !take_content(t, p, want))
			return false;
		if (!content && t->have == BLOCK && !take_header(t))
			return false;
		p += want;
		n -= want;
	}
	return true;
}

static enum doc_density
tar_density(const struct tar *t, bool good)
{
	if (t->tail)
		return DOC_HIDING;
	return good && t->ended ? DOC_DENSE : DOC_LOOSE;
}

static enum doc_density
plain_tar(const struct doc_input *in)
{
	struct tar t = { .have = 0 };

	return tar_density(&t, tar_take(&t, in->data, in->size));
}

static enum doc_density
packed_tar(const struct doc_input *in)
{
	struct doc_error err = { 0 };
	struct doc_unpack_entry e;
	struct doc_unpack *u;
	struct tar t = { .have = 0 };
	enum doc_unpack_status st;
	uint64_t at, next = 0;
	bool good = true;
	const char *p;
	size_t n;

	if (doc_unpack_open(in->data, in->size, DOC_UNPACK_RAW, &u, &err) < 0)
		return DOC_LOOSE;
	st = doc_unpack_next(u, &e);
	while (st == DOC_UNPACK_OK && good) {
		st = doc_unpack_block(u, &p, &n, &at);
		if (st == DOC_UNPACK_OK)
			good = at == next && tar_take(&t, p, n);
		next += n;
	}
	doc_unpack_free(u);
	return tar_density(&t, good && st == DOC_UNPACK_END);
}

/* Compressed bytes may show one of these by chance, once in 4 GiB; then they
 * are unpacked in vain. */
static bool
has_mark(const struct doc_input *in)
{
	static const struct {
		const char *mark;
		size_t len;
	} marks[] = { { "PK\5\6", 4 }, { "Rar!\x1a\7", 6 },
		{ "7z\xbc\xaf\x27\x1c", 6 }, { "MSCF\0\0\0\0", 8 } };

	for (size_t i = 0; i < DOC_LEN(marks); i++)
		if (memmem(in->data + 1, in->size - 1, marks[i].mark,
			marks[i].len) != NULL)
			return true;
	return false;
}

static enum doc_density
packed(const struct doc_input *in)
{
	enum doc_unpack_what what = doc_unpack_what(in->data, in->size);

	if (what == DOC_UNPACK_TAR)
		return has_mark(in) ? DOC_LOOSE : packed_tar(in);
	return what == DOC_UNPACK_LONE && !has_mark(in) ? DOC_DENSE : DOC_LOOSE;
}

static enum doc_density
zip(const struct doc_input *in)
{
	struct doc_error err = { 0 };
	struct doc_package *pkg;
	bool dense, hides;

	if (doc_package_open(in, &pkg, &err) < 0)
		return DOC_LOOSE;
	dense = doc_package_is_dense(pkg, &hides) && doc_package_is_plain(pkg);
	doc_package_free(pkg);
	if (hides)
		return DOC_HIDING;
	return dense ? DOC_DENSE : DOC_LOOSE;
}

static bool
begins(const struct doc_input *in, const char *mark, size_t n)
{
	return in->size > n && memcmp(in->data, mark, n) == 0;
}

enum doc_density
doc_density(const struct doc_input *in)
{
	enum doc_family family = doc_media_family(in->media);

	if (family == DOC_FAMILY_COMPRESSED && in->size > 1)
		return packed(in);
	if (family != DOC_FAMILY_ARCHIVE)
		return DOC_LOOSE;
	if (begins(in, "PK\3\4", 4))
		return zip(in);
	if (in->size > BLOCK && has_sum(in->data))
		return plain_tar(in);
	return in->size > 1 && !has_mark(in) ? DOC_DENSE : DOC_LOOSE;
}
