/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * embedded - what of a package that is a document is embedded in it.
 *
 * Any process; pure.
 */
#ifndef DOC_EMBEDDED_H
#define DOC_EMBEDDED_H

#include "lib/record/media.h"

/* Of OOXML, ODF and EPUB the pictures, sounds and other documents; not the
 * document's own markup.  Of any other family everything. */
bool doc_embedded(enum doc_family family, const char *name);

#endif
