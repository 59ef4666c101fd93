/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle - is a file that a worker wrote to what it will stay, and is it the
 * disk's fault where it could not be written?
 *
 * Supervisors.  A worker is given a descriptor it can write to, and nothing can
 * take that back: one that was taken over could answer, keep it, and change or
 * cut the file after it was looked at, under the supervisor's own eyes (a cut
 * below a mapping is SIGBUS).
 */
#ifndef DOC_SETTLE_H
#define DOC_SETTLE_H

#include "lib/spool/spool.h"

/* An fd to read the file, which nobody can write to any more; the caller has
 * closed its own.  Asked of the kernel by a lease, which it gives on a file
 * without writers only (fcntl(2), F_SETLEASE); where a file system has none,
 * the file is copied.  -1: PROTOCOL when somebody still can, else as
 * doc_spool_reopen. */
int doc_spool_settle(struct doc_spool *spool, struct doc_spool_file *file,
    struct doc_error *err) DOC_MUST_CHECK;

/* A worker says that it could not write.  Can we?  0: yes, 64 KiB of it; else
 * -1 with NO_SPACE, IO and the like, and so it is the machine that fails, and
 * will for all documents. */
int doc_spool_probe(struct doc_spool *spool,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
