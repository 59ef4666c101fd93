/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of an archive in several are called. */
#include <stdio.h>
#include <string.h>

#include "lib/record/volname.h"
#include "tests/unit/tap.h"

static const struct {
	const char *name;
	enum doc_volname_kind kind;
	unsigned at;
	const char *next;	/* the one behind it; NULL: none */
	const char *leaders[4]; /* names that the one that leads may have, or
				 * "..." for more */
} cases[] = {
	{ "x.zip", DOC_VOLNAME_ZIP, DOC_VOLNAME_END, "x.z01", { 0 } },
	{ "X.ZIP", DOC_VOLNAME_ZIP, DOC_VOLNAME_END, "X.Z01", { 0 } },
	{ "x.z01", DOC_VOLNAME_ZIP, 1, "x.z02", { "x.zip", "x.ZIP" } },
	{ "x.Z99", DOC_VOLNAME_ZIP, 99, "x.Z100", { "x.ZIP", "x.zip" } },
	{ "x.z100", DOC_VOLNAME_ZIP, 100, "x.z101", { "x.zip", "x.ZIP" } },
	{ "x.z00", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.z010", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.part1.rar", DOC_VOLNAME_RAR, 1, "x.part2.rar", { 0 } },
	{ "x.PART09.RAR", DOC_VOLNAME_RAR, 9, "x.PART10.RAR",
	    { "x.PART01.RAR" } },
	{ "x.part10.rar", DOC_VOLNAME_RAR, 10, "x.part11.rar",
	    { "x.part01.rar", "x.part1.rar" } },
	{ "x.part0.rar", DOC_VOLNAME_OLD_RAR, 1, "x.part0.r00", { 0 } },
	{ ".part2.rar", DOC_VOLNAME_OLD_RAR, 1, ".part2.r00", { 0 } },
	{ "x.rar", DOC_VOLNAME_OLD_RAR, 1, "x.r00", { 0 } },
	{ "x.r00", DOC_VOLNAME_OLD_RAR, 2, "x.r01", { "x.rar", "x.RAR" } },
	{ "x.R99", DOC_VOLNAME_OLD_RAR, 101, "x.S00", { "x.RAR", "x.rar" } },
	{ "x.y99", DOC_VOLNAME_OLD_RAR, 801, NULL, { "x.rar", "x.RAR" } },
	{ "x.part3.r10", DOC_VOLNAME_OLD_RAR, 12, "x.part3.r11", { 0 } },
	{ "x.r0", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.7z.001", DOC_VOLNAME_NUMBER, 1, "x.7z.002", { "x.7z.000" } },
	{ "x.7z.000", DOC_VOLNAME_NUMBER, 1, "x.7z.001", { 0 } },
	{ "x.7z.002", DOC_VOLNAME_NUMBER, 2, "x.7z.003",
	    { "x.7z.000", "x.7z.001" } },
	{ "x.1000", DOC_VOLNAME_NUMBER, 1000, "x.1001", { "x.0000", "..." } },
	{ "x.9999", DOC_VOLNAME_NUMBER, 9999, NULL, { "..." } },
	{ "x.10000", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.1", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.tar.aa", DOC_VOLNAME_LETTERS, 1, "x.tar.ab", { 0 } },
	{ "x.az", DOC_VOLNAME_LETTERS, 26, "x.ba", { "x.aa" } },
	{ "x.zz", DOC_VOLNAME_LETTERS, 676, NULL, { "x.aa" } },
	{ "x.AB", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.pdf", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ ".001", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "001", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "x.", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
	{ "", DOC_VOLNAME_NONE, 0, NULL, { 0 } },
};

/* All of them, and no others. */
static bool
has_leaders(const char *name, const struct doc_volname *v,
    const char *const *want)
{
	char out[DOC_VOLNAME_SIZE];

	for (unsigned i = 0;; i++, want += *want && **want != '.') {
		struct doc_volname own = *v;

		if (!doc_volname_leader(name, strlen(name), i, &own, out))
			return *want == NULL || **want == '.';
		if (*want == NULL ? !doc_volname_leads(v)
				  : **want != '.' && strcmp(out, *want) != 0)
			return false;
	}
}

static bool
is_right(const char *name, size_t i)
{
	char out[DOC_VOLNAME_SIZE] = "";
	size_t len = strlen(name);
	struct doc_volname v;

	if (!doc_volname_parse(name, len, &v))
		return cases[i].kind == DOC_VOLNAME_NONE;
	if (v.kind != cases[i].kind || v.at != cases[i].at)
		return false;
	if (!doc_volname_name(name, len, &v, v.at, false, out) ||
	    strcmp(out, name) != 0)
		return false;
	if (!doc_volname_name(name, len, &v, v.at + 1, false, out))
		return cases[i].next == NULL;
	return cases[i].next != NULL && strcmp(out, cases[i].next) == 0 &&
	    has_leaders(name, &v, cases[i].leaders);
}

/* Names as long as they can be, and longer. */
static void
test_long(void)
{
	char name[300], out[DOC_VOLNAME_SIZE];
	struct doc_volname v;

	memset(name, 'n', sizeof(name));
	memcpy(name + 251, ".z99", 5);
	OK(doc_volname_parse(name, 255, &v), "255 bytes");
	OK(!doc_volname_name(name, 255, &v, 100, false, out), "but not 256");
	memcpy(name + 252, ".z99", 5);
	OK(!doc_volname_parse(name, 256, &v), "nobody is called so");
}

int
main(void)
{
	for (size_t i = 0; i < DOC_LEN(cases); i++)
		OK(is_right(cases[i].name, i), cases[i].name);
	test_long();
	return TAP_DONE();
}
