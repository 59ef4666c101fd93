/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pst - the messages in a store of Outlook, PST or OST ([MS-PST]); the one user
 * of libpff.
 *
 * Runs in the worker.  Debian's libpst was not taken: it opens by name only,
 * and ends the process on what it does not understand.
 */
#ifndef DOC_PST_H
#define DOC_PST_H

#include "lib/pool/work.h"

/* As doc_archive_list: each message is a member, FOLDER/.../SUBJECT.eml, a mail
 * with the attachments in it, and messages that are attached.  Those that no
 * folder has are in "orphans". */
int doc_pst_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
