/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker - the life of a forked worker: lock the cage, then jobs.
 */
#ifndef DOC_WORKER_H
#define DOC_WORKER_H

#include "lib/pool/limits.h"
#include "lib/pool/zygote.h"

/* Runs jobs from `sock` until it closes or the worker has done limits->reuse
 * of them; never returns. */
void doc_worker_run(const struct doc_zygote *zygote, struct doc_cage *cage,
    const struct doc_limits *limits, int sock) DOC_NORETURN;

#endif
