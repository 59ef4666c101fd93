/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unseen - what ClamAV 1.4 passes over in a document without a word.
 *
 * Worker; for libclamav and for clamd alike.
 */
#ifndef DOC_UNSEEN_H
#define DOC_UNSEEN_H

#include "lib/pool/work.h"

/* Say a reason for Office documents with a password, for parts of zip packages
 * in ways ClamAV does not know, and for archives it takes for data. */
void doc_unseen_say(const struct doc_input *in, struct doc_work *work);

/* The same for clamd, which tells nothing of what is inside: looks into
 * archives and attachments itself, as deep as ClamAV does, and does not trust
 * it with rar.  SIZE, when that would be more than 1 GiB. */
void doc_unseen_say_all(const struct doc_input *in, struct doc_work *work);

/* The same for a part that ClamAV unpacked: an archive inside that it does not
 * open. */
void doc_unseen_part(const char *data, size_t size, struct doc_work *work);

#endif
