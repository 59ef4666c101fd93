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

void doc_docx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);
void doc_pptx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);
void doc_xlsx_put(struct doc_opc *opc, const char *part,
    const struct doc_buf *xml);

#endif
