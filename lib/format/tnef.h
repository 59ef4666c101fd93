/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tnef - what Outlook wraps attachments in: winmail.dat ([MS-OXTNEF];
 * libytnef).
 *
 * Runs in the worker.
 */
#ifndef DOC_TNEF_H
#define DOC_TNEF_H

#include "lib/pool/work.h"

/* As doc_archive_list. */
int doc_tnef_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
