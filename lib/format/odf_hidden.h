/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * odf_hidden - sheets and slides of OpenDocument that are not shown: their
 * styles say so (ODF 1.3 part 3, 19.609 and 19.431), which come before them.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_ODF_HIDDEN_H
#define DOC_ODF_HIDDEN_H

#include "lib/base/buf.h"
#include "lib/format/xml.h"

/* Zero it to begin. */
struct doc_odf_hidden {
	struct doc_buf style; /* name of the one being read, and a NUL */
	struct doc_buf names; /* of those that hide, a NUL behind each */
};

/* A style, or its properties. */
void doc_odf_hidden_read(struct doc_odf_hidden *h,
    const struct doc_xml_node *node);

/* Does the style of this table or page hide it? */
bool doc_odf_is_hidden(const struct doc_odf_hidden *h,
    const struct doc_xml_node *node);

void doc_odf_hidden_release(struct doc_odf_hidden *h);

#endif
