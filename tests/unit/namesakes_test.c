/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a name came. */
#include <stdio.h>
#include <string.h>

#include "lib/stage/namesakes.h"
#include "tests/unit/tap.h"

enum { MANY = 200000 };

static void
test_few(void)
{
	struct doc_namesakes n = { 0 };

	OK(doc_namesakes_add(&n, "a", 1) == 1, "a");
	OK(doc_namesakes_add(&n, "b", 1) == 1, "b");
	OK(doc_namesakes_add(&n, "a", 1) == 2, "a again");
	OK(doc_namesakes_add(&n, "a\0", 2) == 1, "another name");
	OK(doc_namesakes_add(&n, "", 0) == 1, "none");
	OK(doc_namesakes_add(&n, "", 0) == 2, "none again");
	OK(doc_namesakes_add(&n, "a", 1) == 3, "and again");
	doc_namesakes_release(&n);
	OK(doc_namesakes_add(&n, "a", 1) == 1, "another container");
	doc_namesakes_release(&n);
}

/* More than one row holds. */
static void
test_often(void)
{
	struct doc_namesakes n = { 0 };
	bool right = true;

	for (uint32_t i = 1; i <= MANY; i++)
		right = right && doc_namesakes_add(&n, "same", 4) == i;
	OK(right, "each time one more");
	OK(n.room == 16, "in the smallest table");
	doc_namesakes_release(&n);
}

static void
test_many(void)
{
	struct doc_namesakes n = { 0 };
	bool right = true;
	char name[16];

	for (uint32_t k = 1; k <= 2; k++)
		for (uint32_t i = 0; i < MANY; i++) {
			int len = snprintf(name, sizeof(name), "%u", i);

			right = right &&
			    doc_namesakes_add(&n, name, (size_t)len) == k;
		}
	OK(right, "each name by itself");
	OK(n.room * sizeof(*n.at) <= 16 * MANY * 4 / 3, "in little memory");
	doc_namesakes_release(&n);
}

int
main(void)
{
	test_few();
	test_often();
	test_many();
	return TAP_DONE();
}
