/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - RUN/run.json: what a run was asked for, and how to ask again.
 *
 * docrun.
 */
#ifndef DOC_SETTINGS_H
#define DOC_SETTINGS_H

#include "lib/run/run.h"

/* The settings differ from those of RUN: always USAGE, naming them. */
int doc_settings_differ(const struct doc_batch *b,
    struct doc_error *err) DOC_MUST_CHECK;

/* Programs, signatures or languages differ: tell people which. */
void doc_settings_changed(const struct doc_batch *b);

int doc_settings_write(const struct doc_batch *b,
    struct doc_error *err) DOC_MUST_CHECK;

/* What a finished run can be asked about itself. */
struct doc_run_facts {
	struct doc_words stages; /* "doclist" first; to release */
	char spool[4200];	 /* absolute, links resolved; "" not there */
};
/* USAGE, IO. */
int doc_settings_read(const char *dir, struct doc_run_facts *facts,
    struct doc_error *err) DOC_MUST_CHECK;

/* 32 hexadecimal digits over the text. */
void doc_settings_digest(const struct doc_buf *text, char out[static 33]);

#endif
