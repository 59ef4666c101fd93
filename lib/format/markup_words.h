/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup_words - between markup.c and the table of the elements it knows.
 *
 * Any process; pure.
 */
#ifndef DOC_MARKUP_WORDS_H
#define DOC_MARKUP_WORDS_H

enum doc_markup_kind {
	ALTERNATE = 1,
	AUTO_NUMBER,
	BODY,
	BOX,
	BREAK,
	CELL,
	CHOICE,
	COMMENT,
	DROP_CAP,
	FALLBACK,
	FIELD,
	FIELD_MARK,
	HYPHEN,
	INSTRUCTION,
	LINE,
	LIST_LEVEL,
	LIST_NUMBER,
	PART,
	PLACEHOLDER,
	PROPERTIES,
	READING,
	ROW,
	RUBY,
	SHAPE,
	SKIP,
	SLIDE,
	SOFT_HYPHEN,
	STYLE,
	SYMBOL,
	TAB,
	TEXT,
	TEXTPATH,
	VALUE
};

/* What an element is, by its local name; 0: nothing to do with text. */
int doc_markup_kind(const char *name);

#endif
