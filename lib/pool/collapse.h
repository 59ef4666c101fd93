/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collapse - put the heap of a zygote into huge pages, so that fork copies a
 * 512th of its page tables: 256 MB 3.5 ms -> 0.3 ms (facts/isolation.md
 * section 1).
 *
 * Zygote, after the engine is loaded and warm, while single-threaded.
 */
#ifndef DOC_COLLAPSE_H
#define DOC_COLLAPSE_H

/* Below this size of the process, in bytes, fork is cheap as it is. */
#define DOC_COLLAPSE_MIN ((unsigned long)64 << 20)

/* MADV_COLLAPSE (Linux 6.1) over all private anonymous memory.  Best effort:
 * where it is missing or a range fails, nothing is lost but time. */
void doc_collapse_heap(void);

#endif
