/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/record/tool.h"

const struct doc_tool doc_tools[] = {
	{ "list", "doclist", 0 },
	{ "scan", "docscan", DOC_TOOL_STAGE | DOC_TOOL_BOXED },
	{ "text", "doctext", DOC_TOOL_STAGE | DOC_TOOL_BOXED | DOC_TOOL_FILES },
	{ "ocr", "dococr",
	    DOC_TOOL_STAGE | DOC_TOOL_BOXED | DOC_TOOL_FILES | DOC_TOOL_READS },
	{ "preview", "docpreview",
	    DOC_TOOL_STAGE | DOC_TOOL_BOXED | DOC_TOOL_FILES | DOC_TOOL_READS },
	{ "store", "docstore", 0 },
	{ 0 },
};

static bool
is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && strncmp(word, name, n) == 0;
}

const struct doc_tool *
doc_tool_find(const char *word, size_t n)
{
	for (const struct doc_tool *t = doc_tools; t->key != NULL; t++)
		if (is(word, n, t->key) || is(word, n, t->name))
			return t;
	return NULL;
}
