/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/run/boxed.h"

static const char *const names[DOC_RUNNER_COUNT] = {
#define X(id, name) [DOC_RUNNER_##id] = name,
	DOC_RUNNERS(X)
#undef X
};

int
doc_runner_find(const char *word, enum doc_runner_kind *kind,
    const char **shell, struct doc_error *err)
{
	size_t n = strlen(names[DOC_RUNNER_CMD]);
	bool cmd = strncmp(word, names[DOC_RUNNER_CMD], n) == 0;
	unsigned k = 0;

	while (k < DOC_RUNNER_CMD && strcmp(word, names[k]) != 0)
		k++;
	if (k == DOC_RUNNER_CMD && (!cmd || word[n] == '\0'))
		return doc_error_set(err, DOC_E_USAGE,
		    "--runner: '%.80s' is not bwrap, runc, podman, "
		    "nspawn, gvisor or cmd:COMMAND",
		    word);
	*kind = (enum doc_runner_kind)k;
	*shell = k == DOC_RUNNER_CMD ? word + n : NULL;
	return 0;
}

/* `text=podman` is for a stage, what has no such beginning for all: 0. */
static size_t
stage_of(const char *word)
{
	size_t n = strcspn(word, "=");

	return word[n] == '\0' || strncmp(word, "cmd:", 4) == 0 ? 0 : n;
}

static int
check(const char *word, struct doc_error *err)
{
	size_t n = stage_of(word);
	const struct doc_tool *tool = doc_tool_find(word, n);
	enum doc_runner_kind kind;
	const char *shell;

	if (n > 0 && (tool == NULL || !(tool->can & DOC_TOOL_BOXED)))
		return doc_error_set(err, DOC_E_USAGE,
		    tool == NULL
			? "--runner: '%.*s' is no stage of ours"
			: "--runner: %.*s names documents itself, and does "
			  "not fit in a box: see docbox(1)",
		    (int)n, word);
	word += n + (n > 0);
	return strcmp(word, "none") == 0
	    ? 0
	    : doc_runner_find(word, &kind, &shell, err);
}

int
doc_boxed_check(const struct doc_words *runners, struct doc_error *err)
{
	for (size_t i = 0; i < runners->n; i++)
		if (check(runners->at[i], err) < 0)
			return -1;
	return 0;
}

/* The runner of a stage, borrowed; NULL: none. */
static const char *
runner_of(const struct doc_words *runners, const struct doc_tool *tool)
{
	const char *runner = NULL;

	for (size_t i = 0; i < runners->n; i++) {
		const char *word = runners->at[i];
		size_t n = stage_of(word);

		if (n == 0)
			runner = word;
		else if (doc_tool_find(word, n) == tool)
			runner = word + n + 1;
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
doc_boxed_prefix(const struct doc_words *runners, const struct doc_tool *tool,
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
