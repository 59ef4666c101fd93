/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_answer - what an OCR service or command answered, as text.
 *
 * Runs in the worker: whoever answers may be hostile.
 */
#ifndef DOC_OCR_ANSWER_H
#define DOC_OCR_ANSWER_H

#include "lib/format/text.h"

/* What an answer looks like: "text", "tsv" (as `tesseract FILE - tsv` prints),
 * "hocr", or "json:POINTER" (RFC 6901; "*" stands for every element of an
 * array, and every string it leads to is a line).  `error` is NULL or a pointer
 * to what is not 0, "" or false when the answer says that it failed. */
struct doc_answer_form {
	const char *form;
	const char *error;
	const char *confidence; /* pointer to how sure it is of each, or NULL;
				 * 0 to 1, or to 100 */
};

/* The form of the answers of a service known by name; NULL form: not known. */
struct doc_answer_form doc_answer_form_of(const char *api);

/* Is it one of the four? */
bool doc_answer_form_valid(const char *form);

/* Put the text of the answer; *confidence 0 to 100, or -1 when none is told.
 * SERVICE for what is no such answer at all (asking again may help), REJECTED
 * for text that is not UTF-8 and for an answer that says it failed. */
int doc_ocr_answer(const struct doc_input *in,
    const struct doc_answer_form *form, struct doc_text *text, int *confidence,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
