/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtf_words - control words that matter to the text of RTF.
 *
 * Any process; a pure table.
 */
#ifndef DOC_RTF_WORDS_H
#define DOC_RTF_WORDS_H

#include "lib/base/base.h"

enum doc_rtf_word {
	DOC_RTF_NONE, /* formatting, or unknown */
	/* document */
	DOC_RTF_ANSI,
	DOC_RTF_ANSICPG,
	DOC_RTF_MAC,
	DOC_RTF_PC,
	DOC_RTF_PCA,
	DOC_RTF_DEFF,
	/* characters */
	DOC_RTF_BIN,
	DOC_RTF_DELETED,
	DOC_RTF_F,
	DOC_RTF_FCHARSET,
	DOC_RTF_CPG,
	DOC_RTF_PLAIN,
	DOC_RTF_U,
	DOC_RTF_UC,
	/* paragraphs and tables */
	DOC_RTF_CELL,
	DOC_RTF_INTBL,
	DOC_RTF_LINE,
	DOC_RTF_NESTCELL,
	DOC_RTF_PAR,
	DOC_RTF_PARD,
	DOC_RTF_ROW,
	DOC_RTF_TROWD,
	/* a character by name; its text is in `text` */
	DOC_RTF_CHARACTER,
	/* destinations */
	DOC_RTF_SKIP,
	DOC_RTF_FIELD,
	DOC_RTF_KEEP,  /* read although marked as ignorable */
	DOC_RTF_ASIDE, /* a note or box: text of its own */
	DOC_RTF_FONTTBL,
	DOC_RTF_UPR,
	DOC_RTF_UD,
	DOC_RTF_INFO,  /* a string of the information group: `arg` */
	DOC_RTF_STAMP, /* a time of it: `arg` */
	DOC_RTF_COUNT, /* a number of it: `arg` */
	DOC_RTF_TIME   /* part of a time: `arg` */
};

enum {
	DOC_RTF_YEAR,
	DOC_RTF_MONTH,
	DOC_RTF_DAY,
	DOC_RTF_HOUR,
	DOC_RTF_MINUTE,
	DOC_RTF_TIME_PARTS
};

struct doc_rtf_row {
	const char *name;
	int word; /* enum doc_rtf_word */
	int arg;
	const char *text;
};

/* The row of a control word, or NULL when it does not matter. */
const struct doc_rtf_row *doc_rtf_find(const char *name);

#endif
