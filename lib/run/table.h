/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - a run's records as a short table for people.
 *
 * docrun --summary.
 */
#ifndef DOC_TABLE_H
#define DOC_TABLE_H

#include <stdio.h>

#include "lib/base/error.h"

/* Verdict, type, pages, words of text, words of OCR, preview, path; one line a
 * document of the records at `path`. */
int doc_table_print(const char *path, FILE *to,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
