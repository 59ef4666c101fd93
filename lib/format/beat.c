/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/beat.h"

#include "lib/base/clock.h"

enum { EVERY_MS = 1000 };

void
doc_beat(struct doc_beat *beat)
{
	uint64_t now;

	if (!beat || !beat->work)
		return;
	now = doc_clock_ms();
	/* What takes less than a second needs no sign of life. */
	if (beat->next_ms == 0)
		beat->next_ms = now + EVERY_MS;
	if (now < beat->next_ms)
		return;
	beat->next_ms = now + EVERY_MS;
	doc_work_progress(beat->work, beat->done, beat->total, 0);
}
