/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boxed - which stages of a run are put into a container or a virtual machine.
 *
 * docrun.  `--runner=RUNNER` is for all stages that docbox(1) takes,
 * `--runner=STAGE=RUNNER` for one; of several the last counts.
 */
#ifndef DOC_BOXED_H
#define DOC_BOXED_H

#include "lib/record/tool.h"
#include "lib/stage/options.h"

/* X(id, spelling) */
#define DOC_RUNNERS(X)                                                         \
	X(BWRAP, "bwrap")                                                      \
	X(RUNC, "runc")                                                        \
	X(PODMAN, "podman")                                                    \
	X(NSPAWN, "nspawn")                                                    \
	X(GVISOR, "gvisor")                                                    \
	X(CMD, "cmd:")

enum doc_runner_kind {
#define X(id, name) DOC_RUNNER_##id,
	DOC_RUNNERS(X)
#undef X
	    DOC_RUNNER_COUNT
};

/* Is `word` a runner?  *shell is the command of `cmd:`, borrowed, else NULL.
 * USAGE names those there are. */
int doc_runner_find(const char *word, enum doc_runner_kind *kind,
    const char **shell, struct doc_error *err) DOC_MUST_CHECK;

/* Is each of them a runner, none, or one of these behind the name of a stage
 * that fits in a box?  USAGE. */
int doc_boxed_check(const struct doc_words *runners,
    struct doc_error *err) DOC_MUST_CHECK;

/* The words in front of the stage's own: docbox and its options, up to `--`.
 * Nothing for a stage without a runner. */
int doc_boxed_prefix(const struct doc_words *runners,
    const struct doc_tool *tool, const struct doc_stage_options *common,
    struct doc_words *args) DOC_MUST_CHECK;

#endif
