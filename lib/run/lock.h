/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock - one docrun to a run directory; says who has it. */
#ifndef DOC_LOCK_H
#define DOC_LOCK_H

#include "lib/base/error.h"

/*
 * Take RUN/lock, held until the fd is closed.  On one machine the kernel lets
 * it go with the process, however that ends; a lock of another machine, which
 * nobody here can look at, is refused.  USAGE, IO.
 */
int doc_lock_take(const char *dir, struct doc_error *err) DOC_MUST_CHECK;

/* Nobody has it any more. */
void doc_lock_free(int fd);

#endif
