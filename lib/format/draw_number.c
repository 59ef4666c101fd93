/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/draw_number.h"
#include "lib/format/list_number.h"

/* 20.1.10.61: how the names of types begin; the scripts of others are counted
 * in digits. */
static enum doc_number_format
format_of(const char *type)
{
	static const struct {
		const char *begin;
		enum doc_number_format format;
	} table[] = { { "alphaLc", DOC_NUMBER_LETTER_LOWER },
		{ "alphaUc", DOC_NUMBER_LETTER_UPPER },
		{ "romanLc", DOC_NUMBER_ROMAN_LOWER },
		{ "romanUc", DOC_NUMBER_ROMAN_UPPER } };

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (strncmp(type, table[i].begin, strlen(table[i].begin)) == 0)
			return table[i].format;
	return DOC_NUMBER_DECIMAL;
}

void
doc_draw_number(struct doc_draw_numbers *n, unsigned level, const char *type,
    unsigned start, struct doc_buf *label)
{
	level = DOC_MIN(level, DOC_DRAW_LEVELS - 1u);
	for (unsigned i = level + 1; i < DOC_DRAW_LEVELS; i++)
		n->count[i] = 0;
	if (type == NULL) {
		n->count[level] = 0;
		return;
	}
	n->count[level] = n->count[level] == 0 ? DOC_MAX(start, 1u)
					       : n->count[level] + 1;
	if (strstr(type, "ParenBoth") != NULL)
		doc_buf_addc(label, '(');
	doc_list_number(label, n->count[level], format_of(type));
	if (strstr(type, "Paren") != NULL)
		doc_buf_addc(label, ')');
	else if (strstr(type, "Period") != NULL)
		doc_buf_addc(label, '.');
	doc_buf_addc(label, ' ');
}
