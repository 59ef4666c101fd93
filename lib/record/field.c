/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/record/field.h"

enum {
	JOB = DOC_FOR_JOB,
	LIST = DOC_FOR_LIST,
	SCAN = DOC_FOR_SCAN,
	TEXT = DOC_FOR_TEXT,
	OCR = DOC_FOR_OCR,
	PREVIEW = DOC_FOR_PREVIEW,
	MEMBER = DOC_FOR_MEMBER
};

static const struct doc_field_info table[DOC_F_COUNT] = {
#define X(id, name, type, cap, stages, text)                                   \
	[DOC_F_##id] = { name, DOC_T_##type, cap, stages, text },
	DOC_FIELDS(X)
#undef X
};

const struct doc_field_info *
doc_field_info(unsigned field)
{
	if (field == DOC_F_NONE || field >= DOC_F_COUNT)
		return NULL;
	return &table[field];
}
