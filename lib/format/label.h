/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * label - a media type in a word and a colour, for people.
 *
 * Any process; pure.
 */
#ifndef DOC_LABEL_H
#define DOC_LABEL_H

#include "lib/base/base.h"

struct doc_label {
	char word[16];	 /* "DOCX", "MAIL"; ASCII */
	uint32_t colour; /* 0xRRGGBB */
};

void doc_label_of(const char *media, struct doc_label *label);

#endif
