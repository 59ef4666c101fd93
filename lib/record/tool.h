/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tool - the tools that add a member to each record, and what each can do.
 *
 * Any process.  The one list of them: a new stage has its row in tool.c.
 */
#ifndef DOC_TOOL_H
#define DOC_TOOL_H

#include "lib/base/base.h"

enum {
	DOC_TOOL_STAGE = 1, /* docrun puts it into its line by name */
	DOC_TOOL_BOXED = 2, /* gets documents and names none: fits in a box */
	DOC_TOOL_FILES = 4, /* its member names files in the spool */
	DOC_TOOL_READS = 8, /* it reads the text that doctext made */
};

struct doc_tool {
	const char *key;  /* of the member: "text" */
	const char *name; /* "doctext" */
	unsigned can;
};

/* In the order they stand in a line; ends with a key of NULL. */
extern const struct doc_tool doc_tools[];

/* By the first `n` bytes of `word`: "text" or "doctext"; NULL: none. */
const struct doc_tool *doc_tool_find(const char *word, size_t n);

#endif
