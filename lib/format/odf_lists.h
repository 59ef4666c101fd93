/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * odf_lists - the numbers in front of headings and list items of OpenDocument,
 * which stand nowhere in the text but are counted from styles (ODF 1.3 part 3,
 * 5.3 and 16.32).
 *
 * Runs in the worker; pure.  Bullets are no text and give no label.
 */
#ifndef DOC_ODF_LISTS_H
#define DOC_ODF_LISTS_H

#include "lib/format/xml.h"

struct doc_odf_lists;

/* NULL when memory ran out, which the others take for no lists. */
struct doc_odf_lists *doc_odf_lists_new(void);
void doc_odf_lists_free(struct doc_odf_lists *lists);

/* Every element of the styles and of the text goes through these two; those
 * that have nothing to do with lists are left alone. */
void doc_odf_lists_start(struct doc_odf_lists *lists,
    const struct doc_xml_node *node);
void doc_odf_lists_end(struct doc_odf_lists *lists, const char *name);

/* The styles of a stream that is not shown now (styles.xml). */
void doc_odf_lists_read(struct doc_odf_lists *lists, const char *p, size_t n);

/* The label of the paragraph or heading that began last, with a blank behind
 * it, if it has one: given once. */
void doc_odf_lists_take(struct doc_odf_lists *lists, struct doc_buf *label);

#endif
