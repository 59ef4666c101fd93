/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey - is it text, and in which charset?
 *
 * Runs in the worker; pure.  Feed all bytes, then ask.
 */
#ifndef DOC_SURVEY_H
#define DOC_SURVEY_H

#include "lib/format/charset.h"

/* Zero it to begin. */
struct doc_survey {
	uint64_t bytes, high, escape;
	uint64_t control;   /* C0 but NUL and what plain texts use, and DEL */
	uint64_t nul_at[4]; /* NUL by offset modulo 4 */
	uint64_t utf8_good, utf8_bad; /* sequences of several bytes */
	struct doc_buf sample;	      /* where detection looks */
	bool sample_high;
	const char *bom; /* name of the charset by byte order mark */
};

#define doc_autosurvey __attribute__((cleanup(doc_survey_release)))

/* Look at the next bytes; all pieces but the last a multiple of 4 long. */
void doc_survey_put(struct doc_survey *s, const char *p, size_t n);

/* Name of the likely charset: byte order mark, UTF-8 if it is that, UTF-16 or
 * UTF-32 by their NULs, else by detection, else windows-1252. */
void doc_survey_charset(const struct doc_survey *s,
    char name[static DOC_CHARSET_NAME]);

/* True if it is clearly not text in the charset found. */
bool doc_survey_binary(const struct doc_survey *s, const char *charset);

void doc_survey_release(struct doc_survey *s);

/* The charset of bytes in memory.  `label` is what the outside says ("" or
 * NULL: nothing); one that the bytes refute is overruled. */
void doc_survey_choose(const char *label, const char *p, size_t n,
    char name[static DOC_CHARSET_NAME]);

#endif
