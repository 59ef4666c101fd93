/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtf_impl - what the two files of the RTF reader share; nobody else includes
 * it.
 *
 * rtf.c reads groups and control words; rtf_put.c puts their characters, in
 * the code page of the font.
 */
#ifndef DOC_RTF_IMPL_H
#define DOC_RTF_IMPL_H

#include "lib/format/charset.h"
#include "lib/format/layout.h"
#include "lib/format/meta.h"
#include "lib/format/rtf.h"
#include "lib/format/rtf_words.h"

/* Groups inside each other; what is deeper belongs to the last one. */
enum { RTF_GROUPS = 512 };

enum dest { TEXT, SKIP, FONTS, UPR, VALUE, STAMP, FIELD };

struct group {
	enum dest dest, outer; /* outer: of the group around an \upr */
	enum doc_field field;  /* of VALUE and STAMP */
	int font;
	unsigned codepage;
	unsigned uc;  /* characters after \u that stand in for it */
	bool deleted; /* a tracked deletion */
	bool aside;   /* text goes to a note */
	bool star;    /* \* was seen */
	bool fresh;   /* nothing but \* in it yet */
};

struct font {
	int id;
	unsigned codepage;
};

struct rtf {
	const char *p, *end;
	struct doc_layout flow;
	struct doc_meta meta;
	struct group group[RTF_GROUPS];
	unsigned depth;	   /* of group[] */
	unsigned overflow; /* groups open beyond it */
	unsigned codepage; /* of the document */
	int default_font;
	struct font *font;
	size_t fonts;
	struct doc_buf run;	/* bytes of one code page, not yet put */
	struct doc_charset *cs; /* for run */
	unsigned cs_codepage;
	struct doc_buf value;	/* of the information group, or a field */
	struct doc_buf outside; /* what fields load, lines */
	unsigned part[DOC_RTF_TIME_PARTS];
	unsigned skip; /* characters after \u */
	uint32_t lead; /* first half of a surrogate pair */
	bool in_row;
	struct doc_layout outer; /* while a note is read */
	bool outer_in_row;
	struct doc_buf notes; /* text of notes, waiting for the paragraph */
};

static inline struct group *
rtf_top(struct rtf *r)
{
	return &r->group[r->depth];
}

/* Is text of this group shown? */
bool rtf_visible(struct rtf *r);
/* Text to where the group has it. */
void rtf_put(struct rtf *r, const char *s, size_t n);
/* A byte in the code page of the font; put at the next rtf_flush. */
void rtf_byte(struct rtf *r, char c);
/* \u: signed 16 bits; pairs of surrogates beyond U+FFFF. */
void rtf_unicode(struct rtf *r, long n);
void rtf_flush(struct rtf *r);

void rtf_use_font(struct rtf *r, long id);
void rtf_use_codepage(struct rtf *r, unsigned codepage);
/* A control word about fonts: in their table, or of text. */
void rtf_on_font(struct rtf *r, const struct doc_rtf_row *row, long n);

#endif
