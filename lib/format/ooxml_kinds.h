/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ooxml_kinds - the three kinds of office documents, each from its main part.
 *
 * Runs in the worker.  `part` is the name of the main part and `xml` what is
 * in it; what can be read is put, what cannot is a reason.
 */
#ifndef DOC_OOXML_KINDS_H
#define DOC_OOXML_KINDS_H

#include "lib/format/opc.h"

struct doc_book;

void doc_docx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);
void doc_pptx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);
void doc_xlsx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);
/* These read the main part themselves, or what it leads to. */
void doc_xlsb_put(struct doc_opc *opc, const char *part);
void doc_vsdx_put(struct doc_opc *opc, const char *part);

/* Sheet by sheet: its name, its cells by `put`, what lies on and around it. */
void doc_xlsx_put_sheets(struct doc_opc *opc, const struct doc_book *book,
    void (*put)(void *ctx, const char *part), void *ctx);

#endif
