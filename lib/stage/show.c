/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/stage/show.h"

static bool
is_shown(const struct doc_flow *flow, const struct doc_task *task)
{
	for (unsigned i = 0; i < DOC_GAUGE_SLOTS; i++)
		if (flow->shown[i] == task)
			return true;
	return false;
}

void
doc_show_task(struct doc_flow *flow, struct doc_task *task)
{
	doc_autobuf struct doc_buf name = { 0 };
	unsigned slot;

	if (flow->gauge.page == NULL || task->label == NULL ||
	    task->state == DOC_TASK_DONE || is_shown(flow, task) ||
	    task->label(task, &name) < 0)
		return;
	slot = doc_gauge_begin(&flow->gauge, name.data, name.len);
	if (slot != 0)
		flow->shown[slot - 1] = task;
}

void
doc_show_flow(struct doc_flow *flow)
{
	if (flow->gauge.page == NULL)
		return;
	for (unsigned i = 0; i < DOC_GAUGE_SLOTS; i++)
		if (flow->shown[i] != NULL &&
		    flow->shown[i]->state == DOC_TASK_DONE) {
			doc_gauge_end(&flow->gauge, i + 1);
			flow->shown[i] = NULL;
		}
	doc_gauge_set(&flow->gauge, DOC_G_BUSY, flow->share.busy);
	doc_gauge_set(&flow->gauge, DOC_G_HELD, flow->count);
	doc_gauge_set(&flow->gauge, DOC_G_BLOCKED, flow->output_blocks);
}

void
doc_show_came(struct doc_flow *flow, uint64_t bytes)
{
	doc_gauge_add(&flow->gauge, DOC_G_IN, 1);
	doc_gauge_add(&flow->gauge, DOC_G_IN_BYTES, bytes);
}

void
doc_show_over(struct doc_flow *flow, enum doc_status status, uint64_t bytes)
{
	doc_gauge_add(&flow->gauge,
	    (enum doc_gauge_count)(DOC_G_OK + (unsigned)status), 1);
	doc_gauge_add(&flow->gauge, DOC_G_OUT_BYTES, bytes);
	doc_gauge_add(&flow->gauge, DOC_G_OUT, 1);
}
