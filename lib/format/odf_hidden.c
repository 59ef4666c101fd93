/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/format/odf_hidden.h"

static bool
says(const struct doc_xml_node *node, const char *attribute, const char *value)
{
	const char *s = doc_xml_attr(node, attribute);

	return s != NULL && strcmp(s, value) == 0;
}

void
doc_odf_hidden_read(struct doc_odf_hidden *h, const struct doc_xml_node *node)
{
	const char *name = doc_xml_attr(node, "name");

	if (strcmp(node->name, "style") == 0) {
		h->style.len = 0;
		if (name != NULL)
			doc_buf_add(&h->style, name, strlen(name) + 1);
	} else if (h->style.len > 0 &&
	    (says(node, "display", "false") ||
		says(node, "visibility", "hidden"))) {
		doc_buf_add(&h->names, h->style.data, h->style.len);
	}
}

bool
doc_odf_is_hidden(const struct doc_odf_hidden *h,
    const struct doc_xml_node *node)
{
	const char *style = doc_xml_attr(node, "style-name");
	size_t at = 0;

	while (style != NULL && at < h->names.len) {
		if (strcmp(h->names.data + at, style) == 0)
			return true;
		at += strlen(h->names.data + at) + 1;
	}
	return false;
}

void
doc_odf_hidden_release(struct doc_odf_hidden *h)
{
	doc_buf_release(&h->style);
	doc_buf_release(&h->names);
}
