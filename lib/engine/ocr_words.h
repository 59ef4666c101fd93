/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_words - the words of a page with their places; two readings made one.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_OCR_WORDS_H
#define DOC_OCR_WORDS_H

#include "lib/base/buf.h"

struct doc_box {
	int left, top, right, bottom; /* pixels; right and bottom are outside */
};

struct doc_ocr_word {
	struct doc_box box;
	float confidence; /* 0 to 100 */
	unsigned line;	  /* words of one line have the same, and follow */
	unsigned block;	  /* paragraph: as line */
	size_t text;	  /* offset of the NUL-ended word in the text */
	bool solid;	  /* has a letter or digit of any script */
};

/* In reading order.  All zero is empty. */
struct doc_ocr_words {
	struct doc_ocr_word *at;
	size_t count, room;
	struct doc_buf text;
};
#define doc_autowords __attribute__((cleanup(doc_ocr_words_release)))
void doc_ocr_words_release(struct doc_ocr_words *words);

/* Append; the text is copied from `s`.  -1: no memory, or more than a page can
 * have. */
int doc_ocr_words_add(struct doc_ocr_words *words,
    const struct doc_ocr_word *word, const char *s) DOC_MUST_CHECK;

static inline const char *
doc_ocr_word_text(const struct doc_ocr_words *words,
    const struct doc_ocr_word *word)
{
	return words->text.data + word->text;
}

/* Mean over the words, 0 to 100; 0 without any. */
double doc_ocr_words_confidence(const struct doc_ocr_words *words);

/* Box around the words of `first`'s line; *next is the one behind it. */
struct doc_box doc_ocr_words_line(const struct doc_ocr_words *words,
    size_t first, size_t *next);

/*
 * Make one reading of two of the same page.  Where words of both lie over each
 * other, those with the higher confidence stay; words that only `other` has
 * are added when it is sure enough of them.  `words` keeps its order; what is
 * new goes into the line it stands on, or makes one.  -1: no memory; `words`
 * is as it was.
 */
int doc_ocr_words_join(struct doc_ocr_words *words,
    const struct doc_ocr_words *other) DOC_MUST_CHECK;

#endif
