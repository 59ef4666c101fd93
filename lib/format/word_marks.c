/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/le.h"
#include "lib/format/word_impl.h"

enum { PAGE_LEN = 512 };

/* Ranges of one kind; a book with every word changed has as many. */
enum { MAX_RANGES = 1 << 20 };

enum { SPRM_DELETED = 0x0800, SPRM_ROW_END = 0x2417, SPRM_TABLE = 0xd608 };

size_t
doc_word_operand_len(unsigned sprm, const unsigned char *p, size_t n)
{
	static const unsigned char fixed[8] = { 1, 1, 2, 4, 2, 2, 0, 3 };
	unsigned kind = sprm >> 13;

	if (kind != 6)
		return fixed[kind];
	if (sprm == SPRM_TABLE)
		return n >= 2 ? doc_le16(p) + 1u : n;
	return n >= 1 ? p[0] + 1u : n;
}

/* Does the list of properties at p set this one? */
static bool
sets(const unsigned char *p, size_t n, unsigned wanted)
{
	while (n >= 3) {
		unsigned sprm = doc_le16(p);
		size_t len = doc_word_operand_len(sprm, p + 2, n - 2);

		if (sprm == wanted)
			return p[2] != 0;
		len = DOC_MIN(len, n - 2);
		p += 2 + len;
		n -= 2 + len;
	}
	return false;
}

bool
doc_word_properties(const unsigned char *page, unsigned runs, unsigned i,
    bool paragraph, const unsigned char **p, size_t *n)
{
	size_t rows = 4 * ((size_t)runs + 1);
	size_t at = 2 * (size_t)page[rows + i * (paragraph ? 13u : 1u)];
	size_t len;

	if (at == 0 || at + 2 > PAGE_LEN)
		return false;
	len = page[at++];
	if (paragraph && len == 0)
		len = 2 * (size_t)page[at++];
	else if (paragraph)
		len = 2 * len - 1;
	/* A paragraph's begin with the number of its style. */
	if (paragraph && len >= 2) {
		at += 2;
		len -= 2;
	}
	*p = page + at;
	*n = DOC_MIN(len, (size_t)PAGE_LEN - at);
	return at < PAGE_LEN;
}

static void
add(struct doc_word_marks *marks, uint32_t from, uint32_t to)
{
	struct range *p;

	if (from >= to || marks->count == MAX_RANGES ||
	    (marks->count > 0 && marks->range[marks->count - 1].to > from))
		return;
	p = reallocarray(marks->range, marks->count + 1, sizeof(*p));
	if (p == NULL)
		return;
	marks->range = p;
	marks->range[marks->count++] = (struct range){ from, to };
}

static void
read_page(struct doc_word_marks *marks, enum doc_word_mark mark,
    const unsigned char *page)
{
	bool paragraph = mark == DOC_WORD_ROW_END;
	unsigned runs = page[PAGE_LEN - 1];
	size_t need = 4 * ((size_t)runs + 1) + runs * (paragraph ? 13u : 1u);

	for (unsigned i = 0; i < runs && need < PAGE_LEN; i++) {
		const unsigned char *p;
		size_t n;

		if (doc_word_properties(page, runs, i, paragraph, &p, &n) &&
		    sets(p, n, paragraph ? SPRM_ROW_END : SPRM_DELETED))
			add(marks, doc_le32(page + 4 * i),
			    doc_le32(page + 4 * (i + 1)));
	}
}

void
doc_word_marks_read(struct doc_word_marks *marks, enum doc_word_mark mark,
    const struct doc_buf *stream, const char *plc, size_t n)
{
	size_t pages = n < 4 ? 0 : (n - 4) / 8;

	for (size_t i = 0; i < pages; i++) {
		uint32_t number = doc_le32(plc + 4 * (pages + 1) + 4 * i);
		uint64_t at = (uint64_t)(number & 0x3fffff) * PAGE_LEN;

		if (at + PAGE_LEN <= stream->len)
			read_page(marks, mark,
			    (const unsigned char *)stream->data + at);
	}
}

bool
doc_word_marked(const struct doc_word_marks *marks, uint32_t fc)
{
	size_t lo = 0, hi = marks->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (marks->range[mid].to <= fc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < marks->count && marks->range[lo].from <= fc;
}

void
doc_word_marks_release(struct doc_word_marks *marks)
{
	free(marks->range);
	*marks = (struct doc_word_marks){ 0 };
}
