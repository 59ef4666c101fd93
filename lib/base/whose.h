/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whose - is what lies on a disk that several machines share, or several
 * containers, of a process that is still there?
 *
 * Any process.  A process number says something only on its own machine and in
 * its own pid namespace; the tag names these two.
 */
#ifndef DOC_WHOSE_H
#define DOC_WHOSE_H

#include <sys/types.h>

#include "lib/base/base.h"

enum { DOC_WHOSE_TAG = 9 }; /* 8 hexadecimal digits, and NUL */

/* Ours: of the host's name and the pid namespace. */
void doc_whose_tag(char tag[static DOC_WHOSE_TAG]);

/* May what a process `pid` of `tag` left be removed?  Of a process of ours when
 * it is gone, or has our own number and so was before us; of others' when
 * nobody has touched it for a week (`touched`: seconds since 1970).  A tag of
 * "" is ours. */
bool doc_whose_gone(const char *tag, pid_t pid, int64_t touched);

/* Is the disk of this fd one that other machines, with locks of their own, may
 * work on? */
bool doc_whose_shared(int fd);

#endif
