/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/record/reason.h"

static const struct {
	const char *name, *text;
} table[DOC_R_COUNT] = { [DOC_R_NONE] = { "none", "" },
#define X(id, name, text) [DOC_R_##id] = { name, text },
	DOC_REASONS(X)
#undef X
};

const char *
doc_reason_name(enum doc_reason reason)
{
	return table[reason].name;
}

const char *
doc_reason_text(enum doc_reason reason)
{
	return table[reason].text;
}

enum doc_reason
doc_reason_of(enum doc_code code)
{
	const char *name = doc_error_name(code);

	if (doc_error_class(code) == DOC_CLASS_CRASH)
		return DOC_R_CRASH;
	for (unsigned r = 1; r < DOC_R_COUNT; r++)
		if (strcmp(table[r].name, name) == 0)
			return (enum doc_reason)r;
	return DOC_R_NONE;
}
