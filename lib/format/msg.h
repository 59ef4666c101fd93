/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg - a message of Outlook: properties in a compound file ([MS-OXMSG]).
 *
 * Runs in the worker.
 */
#ifndef DOC_MSG_H
#define DOC_MSG_H

#include "lib/format/ole.h"
#include "lib/format/text.h"

/* Headers and body as for other mail.  0, or -1 with DAMAGED, MEMORY. */
int doc_msg_text(struct doc_ole *ole, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
