/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ppt - presentations of PowerPoint 97 to 2003 ([MS-PPT]).
 *
 * Runs in the worker.
 */
#ifndef DOC_PPT_H
#define DOC_PPT_H

#include "lib/format/ole.h"
#include "lib/format/text.h"

/* The text, slide by slide with its notes.  0, or -1 with DAMAGED or
 * ENCRYPTED. */
int doc_ppt_text(struct doc_ole *ole, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
