/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collapse - put the heap of a zygote into huge pages, so that fork copies a
 * 512th of its page tables, and the end of a worker undoes as little: 256 MB
 * 3.5 ms -> 0.3 ms, and of 12 MB a seventh of all that doclist spends on a file
 * of a line.
 *
 * Zygote, while single-threaded.
 */
#ifndef DOC_COLLAPSE_H
#define DOC_COLLAPSE_H

/* First thing, before anything is allocated: let the heap begin where a huge
 * page can.  Costs addresses, no memory. */
void doc_collapse_align(void);

/* After the engine is loaded and warm: MADV_COLLAPSE (Linux 6.1) over all
 * private anonymous memory.  Best effort: where it is missing or a range fails,
 * nothing is lost but time. */
void doc_collapse_heap(void);

#endif
