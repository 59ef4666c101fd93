/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words - text made ready for SQLite's tokenizer.
 *
 * docstore, docfind; pure.  The tokenizer (unicode61) takes letters that stand
 * together for a word, and so a whole sentence of Chinese, Japanese or Thai.
 * An invisible U+200B behind each such character makes it a word of its own;
 * what is searched for goes through the same, and characters in a row become
 * a phrase.
 */
#ifndef DOC_WORDS_H
#define DOC_WORDS_H

#include "lib/base/buf.h"

/* Append n bytes, valid UTF-8, prepared.  -1: no memory. */
int doc_words_prepare(struct doc_buf *out, const char *p,
    size_t n) DOC_MUST_CHECK;

/* Append a piece of prepared text for people: one line, no U+200B, nothing
 * that plays with the terminal. */
int doc_words_show(struct doc_buf *out, const char *p, size_t n) DOC_MUST_CHECK;

/* Append each word of `s` in quotes, so that none is an operator. */
int doc_words_quote(struct doc_buf *out, const char *s) DOC_MUST_CHECK;

#endif
