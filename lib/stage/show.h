/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show - what the loop of a stage shows of itself (lib/gauge).
 *
 * Supervisor.  Costs nothing where nobody looks.
 */
#ifndef DOC_SHOW_H
#define DOC_SHOW_H

#include "lib/stage/flow.h"

/* A worker may have begun with the task. */
void doc_show_task(struct doc_flow *flow, struct doc_task *task);

/* Forget finished tasks; once in each round of the loop, before they are
 * gone. */
void doc_show_flow(struct doc_flow *flow);

/* A document of so many bytes came; one is finished. */
void doc_show_came(struct doc_flow *flow, uint64_t bytes);
void doc_show_over(struct doc_flow *flow, enum doc_status status,
    uint64_t bytes);

#endif
