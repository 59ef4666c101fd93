/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - a run's records as a short table for people.
 *
 * docrun --summary and docrun report.
 */
#ifndef DOC_TABLE_H
#define DOC_TABLE_H

#include "lib/review/records.h"

/* Verdict, type, pages, words of text, words of OCR, preview, path; one line a
 * document.  Nothing in it plays with the terminal. */
int doc_table_print(struct doc_records *r, int out,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
