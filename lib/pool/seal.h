/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal - let workers allocate from the end of the heap.
 *
 * What is free in a zygote's heap lies scattered over all the pages that its
 * engine wrote while it warmed up, and a page that a worker so much as looks at
 * there, in search of a chunk, is copied: 200 pages for a worker of docpicture.
 * So the zygote uses up all that is free.  What it takes is some hundred
 * kilobytes, once, of pages that are resident anyway.
 *
 * Zygote, after the engine is loaded and warm, while single-threaded.  Of an
 * allocator that is not glibc's it takes a few chunks, and nothing else
 * happens.
 */
#ifndef DOC_SEAL_H
#define DOC_SEAL_H

void doc_seal_heap(void);

#endif
