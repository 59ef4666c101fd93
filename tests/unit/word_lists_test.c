/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of paragraphs, from the smallest tables that have some ([MS-DOC]). */
#include <string.h>

#include "lib/format/word_lists.h"
#include "tests/unit/tap.h"

enum { PARAGRAPH = 10 }; /* bytes each has in the stream */

static struct doc_buf stream, tables;
static struct doc_word_list_tables where;

static void
add(struct doc_buf *buf, const char *p, size_t n)
{
	doc_buf_add(buf, p, n);
}

#define ADD(buf, bytes) add(buf, bytes, sizeof(bytes) - 1)

/* One page: paragraphs on level 0, 1, 0, in no list, and on 0 by their style.
 */
static void
make_page(void)
{
	static const char level[3] = { 0, 1, 0 };
	char page[512] = "";

	for (int i = 0; i <= 5; i++)
		page[4 * i] = (char)(i * PARAGRAPH);
	for (int i = 0; i < 5; i++) {
		size_t at = 200 + 16 * (size_t)i;
		char *p = page + at;

		page[24 + 13 * i] = (char)(at / 2);
		/* Twice 5 bytes less 1: style, level, list. */
		memcpy(p, "\5\0\0\x0a\x26\0\x0b\x46\1\0", 10);
		if (i < 3)
			p[5] = level[i];
		if (i == 3)
			memcpy(p, "\2\0\0\0", 4);
		if (i == 4)
			memcpy(p, "\2\1\0\0", 4);
	}
	page[511] = 5;
	add(&stream, page, sizeof(page));
}

static void
make_level(char format, const char *pattern, size_t n)
{
	char level[28] = "\1";

	level[4] = format;
	add(&tables, level, sizeof(level));
	doc_buf_addc(&tables, (char)(n / 2));
	doc_buf_addc(&tables, 0);
	add(&tables, pattern, n);
}

static void
make_tables(void)
{
	char list[28] = "\7";

	where.lists.from = tables.len;
	ADD(&tables, "\1\0");
	add(&tables, list, sizeof(list));
	where.lists.n = tables.len - where.lists.from;
	make_level(0, "\0\0.\0", 4);
	make_level(2, "(\0\0\0-\0\1\0)\0", 10);
	for (int i = 2; i < 9; i++)
		make_level(23, "\0\0", 2);
	where.uses.from = tables.len;
	ADD(&tables, "\1\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	where.uses.n = tables.len - where.uses.from;
	where.styles.from = tables.len;
	/* Two styles; the second has list 1 as its own. */
	ADD(&tables,
	    "\4\0\2\0\x0a\0\0\0\x1c\0"
	    "\0\0\xf1\xff\0\0\0\0\0\0"
	    "\1\0h\0\0\0"
	    "\x0a\0\1\0\x0b\x46\1\0\x0a\x26\0\0");
	where.styles.n = tables.len - where.styles.from;
	where.paragraphs.from = tables.len;
	ADD(&tables, "\0\0\0\0\x32\0\0\0\0\0\0\0");
	where.paragraphs.n = tables.len - where.paragraphs.from;
}

static void
test_labels(void)
{
	static const char *const want[] = { "1. ", "(1-i) ", "2. ", "", "3. " };
	struct doc_word_lists *l = doc_word_lists_read(&stream, &tables,
	    &where);
	doc_autobuf struct doc_buf label = { 0 };

	for (unsigned i = 0; l != NULL && i < DOC_LEN(want); i++) {
		doc_word_lists_next(l, i * PARAGRAPH, &label);
		OK(strcmp(doc_buf_str(&label), want[i]) == 0, want[i]);
	}
	OK(l != NULL, "there are lists");
	doc_word_lists_free(l);
}

/* Whatever is cut off, nothing is read that is not there. */
static void
test_cut(void)
{
	size_t whole = tables.len;

	for (size_t n = 0; n < whole; n++) {
		doc_autobuf struct doc_buf cut = { 0 }, label = { 0 };
		struct doc_word_lists *l;

		add(&cut, tables.data, n);
		l = doc_word_lists_read(&stream, &cut, &where);
		for (unsigned i = 0; l != NULL && i < 5; i++)
			doc_word_lists_next(l, i * PARAGRAPH, &label);
		doc_word_lists_free(l);
	}
	OK(true, "cut tables");
}

int
main(void)
{
	make_page();
	make_tables();
	test_labels();
	test_cut();
	doc_buf_release(&stream);
	doc_buf_release(&tables);
	return TAP_DONE();
}
