/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sniff_kind - the second look of sniff.c, one file per kind of content.
 *
 * Runs in the worker.  Each returns true when it knows better and has put the
 * media type to `media` (128 bytes), else leaves it alone.
 */
#ifndef DOC_SNIFF_KIND_H
#define DOC_SNIFF_KIND_H

#include "lib/pool/work.h"

/* By the first bytes alone, where they leave no doubt. */
bool doc_sniff_quick(const struct doc_input *in, char media[128]);

/* Data of lzma(1), which has no signature; for what nobody else knows. */
bool doc_sniff_lzma(const struct doc_input *in, char media[128]);

/* Which kind of zip package: by its mimetype part, [Content_Types].xml,
 * manifest or main part. */
bool doc_sniff_zip(const struct doc_input *in, char media[128]);

/* Which kind of OLE2 compound file ([MS-CFB]): by the names of its streams. */
bool doc_sniff_ole(const struct doc_input *in, char media[128]);

/* Which kind of text: mail, mailbox, HTML, XML with a known root. */
bool doc_sniff_text(const struct doc_input *in, char media[128]);

/* Does it begin with a tag?  A program that writes pages has tags, too, and
 * libmagic 5.44 looks for them anywhere. */
bool doc_sniff_is_tagged(const struct doc_input *in);

/* Plain text that libmagic took for something else: `media` is what it said;
 * `charset` (64 bytes) is "" when it is not sure. */
bool doc_sniff_plain(const struct doc_input *in, char media[128],
    char charset[64]);

#endif
