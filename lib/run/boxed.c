/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/run/boxed.h"

/* What follows `text=` or `doctext=`; NULL when the word is of another stage,
 * the word itself when it names none. */
static const char *
meant_for(const char *word, const char *tool)
{
	static const char *const tools[] = { "docscan", "doctext", "dococr",
		"docpreview" };
	size_t n = strcspn(word, "=");

	if (word[n] == '\0' || strncmp(word, "cmd:", 4) == 0)
		return word;
	for (size_t i = 0; i < DOC_LEN(tools); i++) {
		const char *shorter = tools[i] + strlen("doc");
		const char *name = strlen(tools[i]) == n ? tools[i] : shorter;

		if (strlen(name) == n && strncmp(word, name, n) == 0)
			return strcmp(tools[i], tool) == 0 ? word + n + 1
							   : NULL;
	}
	return word;
}

/* The runner of stage `tool`, borrowed; NULL: none. */
static const char *
runner_of(const struct doc_words *runners, const char *tool)
{
	const char *runner = NULL;

	for (size_t i = 0; i < runners->n; i++) {
		const char *meant = meant_for(runners->at[i], tool);

		runner = meant ? meant : runner;
	}
	return runner == NULL || strcmp(runner, "none") == 0 ? NULL : runner;
}

static int
add(struct doc_words *args, const char *option, const char *value)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s;

	return doc_buf_addf(&b, "--%s=%s", option, value) < 0 ||
		(s = doc_buf_str(&b)) == NULL || doc_words_add(args, s) < 0
	    ? -1
	    : 0;
}

int
doc_boxed_prefix(const struct doc_words *runners, const char *tool,
    const struct doc_stage_options *common, struct doc_words *args)
{
	const char *runner = runner_of(runners, tool);

	if (runner == NULL)
		return 0;
	if (doc_words_add(args, "docbox") < 0 ||
	    add(args, "runner", runner) < 0 ||
	    add(args, "tenant", common->tenant) < 0 ||
	    (common->spool && add(args, "spool", common->spool) < 0))
		return -1;
	for (size_t i = 0; i < common->roots.n; i++)
		if (add(args, "root", common->roots.at[i]) < 0)
			return -1;
	if (common->quiet && doc_words_add(args, "--quiet") < 0)
		return -1;
	return doc_words_add(args, "--");
}
