/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card - a picture of a document that has none: its first lines on a sheet of
 * paper, with what kind of document it is below (pango).
 *
 * Runs in the worker; doc_card_warm in the zygote.  Scripts are told apart,
 * and right-to-left ones set so, by pango; fonts come from fontconfig, and
 * characters that no installed font has are boxes.
 */
#ifndef DOC_CARD_H
#define DOC_CARD_H

#include "lib/base/error.h"
#include "lib/format/pixels.h"

/* In the zygote: load fonts by drawing a little. */
int doc_card_warm(struct doc_error *err) DOC_MUST_CHECK;

enum doc_card_style {
	DOC_CARD_PROSE,	  /* lines are broken at words */
	DOC_CARD_CODE,	  /* fixed width, lines are cut at the edge */
	DOC_CARD_TABLE,	  /* cells between tabs, lines are cut */
	DOC_CARD_LISTING, /* names, shortened in the middle */
	DOC_CARD_FACTS	  /* few lines, large, in the middle */
};

struct doc_card {
	enum doc_card_style style;
	const char *media; /* names the kind, and its colour */
	const char *text;  /* valid UTF-8 without NUL */
	size_t len;	  /* bytes; only the first few thousand are looked at */
	const char *note; /* at the right of the kind: a size; may be NULL */
	unsigned box;	  /* the longer side, pixels */
};

/* How text out of a document of that type is best set. */
enum doc_card_style doc_card_style(const char *media, const char *text,
    size_t len);

/* 3 bands.  MEMORY, DAMAGED. */
int doc_card_draw(const struct doc_card *card, struct doc_pixels *px,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
