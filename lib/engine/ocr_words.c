/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_words.h"

#include <string.h>

/* More no page has; a scan of noise may give as many. */
#define WORDS_MOST 100000

void
doc_ocr_words_release(struct doc_ocr_words *words)
{
	free(words->at);
	doc_buf_release(&words->text);
	*words = (struct doc_ocr_words){ 0 };
}

/* Letters and digits: of ASCII, or any other character but the punctuation of
 * U+2000 to U+2BFF and the Latin-1 signs. */
static bool
is_solid(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
		if ((*p >= '0' && *p <= '9') ||
		    ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
			return true;
		if (*p >= 0xc3 && *p != 0xe2)
			return true;
	}
	return false;
}

int
doc_ocr_words_add(struct doc_ocr_words *words, const struct doc_ocr_word *word,
    const char *s)
{
	size_t room = words->room ? words->room * 2 : 256;
	struct doc_ocr_word *at = words->at;

	if (words->count >= WORDS_MOST)
		return -1;
	if (words->count == words->room) {
		at = reallocarray(words->at, room, sizeof(*at));
		if (!at)
			return -1;
		words->at = at;
		words->room = room;
	}
	at += words->count;
	*at = *word;
	at->text = words->text.len;
	at->solid = is_solid(s);
	if (doc_buf_add(&words->text, s, strlen(s) + 1))
		return -1;
	words->count++;
	return 0;
}

double
doc_ocr_words_confidence(const struct doc_ocr_words *words)
{
	double sum = 0;

	for (size_t i = 0; i < words->count; i++)
		sum += (double)words->at[i].confidence;
	return words->count ? sum / (double)words->count : 0;
}

static void
widen(struct doc_box *box, const struct doc_box *by)
{
	box->left = DOC_MIN(box->left, by->left);
	box->top = DOC_MIN(box->top, by->top);
	box->right = DOC_MAX(box->right, by->right);
	box->bottom = DOC_MAX(box->bottom, by->bottom);
}

struct doc_box
doc_ocr_words_line(const struct doc_ocr_words *words, size_t first,
    size_t *next)
{
	struct doc_box box = words->at[first].box;
	size_t i = first + 1;

	for (; i < words->count && words->at[i].line == words->at[first].line;
	     i++)
		widen(&box, &words->at[i].box);
	*next = i;
	return box;
}
