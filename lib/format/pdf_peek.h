/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_peek - may a PDF have files attached?  Without a parser of PDF: most have
 * none, and starting one for each would cost more than all else doclist does.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_PDF_PEEK_H
#define DOC_PDF_PEEK_H

#include "lib/base/base.h"

/* False: no name in it, however it is spelled, or in its compressed objects
 * (ISO 32000-1, 7.5.7) says so.  True when that cannot be seen: other filters
 * or more than one, encryption, damage, objects of more than 64 MiB.  One pass,
 * with 7 GB/s; what is compressed, with 300 MB/s. */
bool doc_pdf_may_attach(const char *p, size_t n);

#endif
