/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boxed - which stages of a run are put into a container or a virtual machine.
 *
 * docrun.  `--runner=RUNNER` is for all stages that docbox(1) takes,
 * `--runner=STAGE=RUNNER` for one; of several the last counts.
 */
#ifndef DOC_BOXED_H
#define DOC_BOXED_H

#include "lib/stage/options.h"

/* The words in front of the stage's own: docbox and its options, up to `--`.
 * Nothing for a stage without a runner. */
int doc_boxed_prefix(const struct doc_words *runners, const char *tool,
    const struct doc_stage_options *common,
    struct doc_words *args) DOC_MUST_CHECK;

#endif
