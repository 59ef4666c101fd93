/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg_list - the attachments of a message of Outlook ([MS-OXMSG]).
 *
 * Runs in the worker.
 */
#ifndef DOC_MSG_LIST_H
#define DOC_MSG_LIST_H

#include "lib/pool/work.h"

/* As doc_archive_list.  A message in the message is no file that could be
 * delivered; it is a member without content, `unsupported`, and its own
 * attachments follow, called NAME/ATTACHMENT. */
int doc_msg_list(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
