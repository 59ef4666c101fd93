/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sniff - media type by content (libmagic, then our own look where libmagic
 * 5.44 stops: which kind of zip, which kind of OLE2, which kind of text).
 *
 * doc_sniff_load runs in the zygote, doc_sniff in the worker.
 */
#ifndef DOC_SNIFF_H
#define DOC_SNIFF_H

#include "lib/pool/work.h"

int doc_sniff_load(struct doc_error *err) DOC_MUST_CHECK;

/* Says media, for text encoding, and `also`: the type of an archive behind it,
 * text/x-uuencode, or for a PDF that may have attachments its own type.  The
 * media type also goes to `media` (128 bytes).  Never fails: what nobody knows
 * is application/octet-stream, an empty file application/x-empty (libmagic's
 * inode/x-empty). */
void doc_sniff(const struct doc_input *in, struct doc_work *work,
    char media[static 128]);

#endif
