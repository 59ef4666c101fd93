/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/record/volname.h"

/* Old RAR: a hundred files for each letter from r on; z is zip's. */
#define OLD_RAR_MAX (2U + ('y' - 'r') * 100U + 99U)

enum { LETTERS = 'z' - 'a' + 1, KINDS = 'z' - 'r' + 1 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* -1: not digits only, or none, or more than four. */
static int
number(const char *p, size_t n)
{
	int value = 0;

	if (n == 0 || n > 4)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

static bool
is_word(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(p, word, n) == 0;
}

/* a.z01, a.r00, a.s17 */
static bool
parse_letter(const char *suffix, size_t n, struct doc_volname *v)
{
	static const char letters[] = "rstuvwxyzRSTUVWXYZ";
	const char *letter = memchr(letters, *suffix, sizeof(letters) - 1);
	unsigned nth = letter ? (unsigned)(letter - letters) : 0;
	int value = number(suffix + 1, n - 1);

	if (letter == NULL || n < 3 || value < 0)
		return false;
	v->upper = nth >= KINDS;
	v->width = (unsigned)n - 1;
	if (nth % KINDS == KINDS - 1) {
		v->kind = DOC_VOLNAME_ZIP;
		v->at = (unsigned)value;
		return value > 0 && (n == 3 || suffix[1] != '0');
	}
	v->kind = DOC_VOLNAME_OLD_RAR;
	v->at = 2 + nth % KINDS * 100 + (unsigned)value;
	return n == 3;
}

/* a.part01.rar, and a.rar */
static bool
parse_rar(const char *name, size_t dot, struct doc_volname *v)
{
	size_t digits = 0;
	int value;

	v->upper = name[dot + 1] == 'R';
	while (digits < dot && is_digit(name[dot - 1 - digits]))
		digits++;
	value = number(name + dot - digits, digits);
	if (value > 0 && dot > digits + 5 &&
	    is_word(name + dot - digits - 5, 5, ".part")) {
		v->kind = DOC_VOLNAME_RAR;
		v->stem = dot - digits;
		v->tail = 4;
		v->width = (unsigned)digits;
		v->at = (unsigned)value;
		return true;
	}
	v->kind = DOC_VOLNAME_OLD_RAR;
	v->at = 1;
	return true;
}

bool
doc_volname_parse(const char *name, size_t len, struct doc_volname *v)
{
	const char *dot = memrchr(name, '.', len);
	const char *suffix = dot ? dot + 1 : name;
	size_t n = dot ? (size_t)(name + len - suffix) : 0;
	int value = dot ? number(suffix, n) : -1;

	*v = (struct doc_volname){ 0 };
	if (dot == NULL || dot == name || n < 2 || len >= DOC_VOLNAME_SIZE)
		return false;
	v->stem = len - n;
	v->width = (unsigned)n;
	if (value >= 0) {
		v->kind = DOC_VOLNAME_NUMBER;
		v->from_zero = value == 0;
		v->at = (unsigned)value + v->from_zero;
		return true;
	}
	if (is_word(suffix, n, "zip")) {
		v->kind = DOC_VOLNAME_ZIP;
		v->upper = *suffix == 'Z';
		v->at = DOC_VOLNAME_END;
		return true;
	}
	if (is_word(suffix, n, "rar"))
		return parse_rar(name, len - n - 1, v);
	if (n == 2 && suffix[0] >= 'a' && suffix[0] <= 'z' &&
	    suffix[1] >= 'a' && suffix[1] <= 'z') {
		v->kind = DOC_VOLNAME_LETTERS;
		v->at = (unsigned)(suffix[0] - 'a') * LETTERS +
		    (unsigned)(suffix[1] - 'a') + 1;
		return true;
	}
	return parse_letter(suffix, n, v);
}

bool
doc_volname_leads(const struct doc_volname *v)
{
	return v->kind == DOC_VOLNAME_ZIP ? v->at == DOC_VOLNAME_END
					  : v->at == 1;
}

/* What differs.  At most 16 bytes; "": there is none. */
static void
middle(const struct doc_volname *v, unsigned at, bool up, char out[static 16])
{
	char c = up ? 'R' : 'r';

	*out = '\0';
	switch (v->kind) {
	case DOC_VOLNAME_ZIP:
		if (at == DOC_VOLNAME_END)
			snprintf(out, 16, up ? "ZIP" : "zip");
		else
			snprintf(out, 16, up ? "Z%02u" : "z%02u", at);
		break;
	case DOC_VOLNAME_OLD_RAR:
		if (at == 1)
			snprintf(out, 16, up ? "RAR" : "rar");
		else if (at <= OLD_RAR_MAX)
			snprintf(out, 16, "%c%02u", c + (int)((at - 2) / 100),
			    (at - 2) % 100);
		break;
	case DOC_VOLNAME_RAR:
	case DOC_VOLNAME_NUMBER:
		snprintf(out, 16, "%0*u", (int)v->width, at - v->from_zero);
		break;
	case DOC_VOLNAME_LETTERS:
		if (at <= LETTERS * LETTERS)
			snprintf(out, 16, "%c%c",
			    'a' + (int)((at - 1) / LETTERS),
			    'a' + (int)((at - 1) % LETTERS));
		break;
	case DOC_VOLNAME_NONE:
		break;
	}
}

bool
doc_volname_name(const char *name, size_t len, const struct doc_volname *v,
    unsigned at, bool other_case, char out[static DOC_VOLNAME_SIZE])
{
	char differs[16];
	int n;

	if (at > DOC_VOLNAME_MAX ||
	    (at == DOC_VOLNAME_END && v->kind != DOC_VOLNAME_ZIP))
		return false;
	middle(v, at, v->upper != other_case, differs);
	n = snprintf(out, DOC_VOLNAME_SIZE, "%.*s%s%.*s", (int)v->stem, name,
	    differs, (int)v->tail, name + len - v->tail);
	return *differs != '\0' && n > 0 && n < DOC_VOLNAME_SIZE;
}

/* Numbers may be wider than the first one's: part10 after part9. */
static unsigned
widths(const char *name, const struct doc_volname *v)
{
	unsigned least = v->kind == DOC_VOLNAME_NUMBER ? 2 : 1;

	return name[v->stem] == '0' ? 1 : v->width - least + 1;
}

bool
doc_volname_leader(const char *name, size_t len, unsigned nth,
    struct doc_volname *v, char out[static DOC_VOLNAME_SIZE])
{
	bool counted = v->kind == DOC_VOLNAME_NUMBER;
	unsigned rows = counted || v->kind == DOC_VOLNAME_RAR ? widths(name, v)
							      : 1;
	unsigned lead = v->kind == DOC_VOLNAME_ZIP ? DOC_VOLNAME_END : 1;
	bool letters = v->kind == DOC_VOLNAME_ZIP ||
	    v->kind == DOC_VOLNAME_OLD_RAR;
	struct doc_volname other;

	/* x.part1.r00 is not led by x.part1.rar, which leads x.part2.rar. */
	if (letters)
		return nth < 2 &&
		    doc_volname_name(name, len, v, lead, nth == 1, out) &&
		    doc_volname_parse(out, strlen(out), &other) &&
		    other.kind == v->kind;
	if (nth >= rows * (counted ? 2 : 1))
		return false;
	v->width -= nth % rows;
	/* Numbers from 0 are looked for first, or their 1 would lead. */
	if (counted && nth < rows && !v->from_zero) {
		v->from_zero = true;
		v->at++;
	}
	return doc_volname_name(name, len, v, lead, false, out);
}
