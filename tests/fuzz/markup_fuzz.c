/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup_fuzz - the XML of office packages, without the zip around it.
 *
 * The first byte chooses the vocabulary, the rest is the part.
 */
#include "lib/format/html.h"
#include "lib/format/markup.h"
#include "lib/format/odf_markup.h"
#include "lib/format/xml.h"
#include "tests/fuzz/quiet.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct doc_error err = { 0 };

	(void)argc;
	(void)argv;
	assert(doc_xml_warm(&err) == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	doc_autobuf struct doc_buf keep = { 0 };
	struct doc_error err = { 0 };
	struct doc_layout flow = { 0 };
	struct doc_odf_lists *lists = NULL;
	struct doc_work work;
	struct doc_text text;
	char root[64];
	char *p;

	if (size < 1 || (p = quiet_copy(data + 1, size - 1)) == NULL)
		return 0;
	quiet_init(&work, &text, &keep);
	flow.text = &text;
	if (data[0] % 4 == 0) {
		lists = doc_odf_lists_new();
		(void)!doc_odf_put(&flow, lists, p, size - 1);
	} else if (data[0] % 4 == 1) {
		(void)!doc_html_part(p, size - 1, "", &text, &err);
	} else {
		(void)!doc_markup_put(&flow, p, size - 1, NULL,
		    data[0] >> 2 & 3U);
	}
	doc_odf_lists_free(lists);
	doc_layout_flush(&flow);
	doc_xml_root(p, size - 1, root);
	assert(memchr(root, '\0', sizeof(root)) != NULL);
	quiet_check(&text, &keep);
	free(p);
	return 0;
}
