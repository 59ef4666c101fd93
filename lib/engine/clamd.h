/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clamd - documents for a running clamd, by descriptor over its Unix socket
 * (clamd(8), FILDES).
 *
 * Supervisor, in its event loop: no waiting but in doc_clamd_probe, which is
 * for the time before the first document.  Talking to clamd is not parsing
 * documents; its answer is a line, of which the name of an alert is kept.
 */
#ifndef DOC_CLAMD_H
#define DOC_CLAMD_H

#include "lib/base/loop.h"

enum { DOC_CLAMD_LINE = 512 };

/*
 * Is it one that can be believed?  Its limits must raise alerts, and so must
 * encryption (AlertExceedsMax, AlertEncrypted in clamd.conf), or it says "OK"
 * of what it did not look at.  `version` gets its answer to VERSION.
 */
int doc_clamd_probe(const char *socket, char version[static DOC_CLAMD_LINE],
    struct doc_error *err) DOC_MUST_CHECK;

/* When its signatures were built, by its VERSION; -1: it does not tell. */
int64_t doc_clamd_built(const char *version);

struct doc_clamd;

int doc_clamd_open(struct doc_clamd **clamd, struct doc_loop *loop,
    const char *socket, uint64_t timeout_ms,
    struct doc_error *err) DOC_MUST_CHECK;

/* Called once: the alert, or NULL; or an error: ENGINE (it died, or is not
 * there), TIMEOUT, MEMORY, TEMP, DAMAGED, SIZE. */
typedef void doc_clamd_done(void *ctx, const char *alert,
    const struct doc_error *err);

/* `fd` must stay open until `done`, which is never called from in here. */
void doc_clamd_scan(struct doc_clamd *clamd, int fd, doc_clamd_done *done,
    void *ctx);

/* Drops what is under way, without a call of `done`. */
void doc_clamd_close(struct doc_clamd *clamd);

#endif
