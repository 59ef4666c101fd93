/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clamd_impl - the words of clamd's protocol, for clamd.c and clamd_probe.c.
 */
#ifndef DOC_CLAMD_IMPL_H
#define DOC_CLAMD_IMPL_H

#include "lib/engine/clamd.h"

/* A connected socket, or -1. */
int doc_clamd_connect(const char *path, bool nonblock);

/* The command, and the descriptor with one byte behind it unless it is -1. */
int doc_clamd_send(int sock, const char *command, int fd);

/* An answer to FILDES: 1 with the alert, 0: nothing found, -1 with *err. */
int doc_clamd_read(const char *line, char alert[static DOC_CLAMD_LINE],
    struct doc_error *err);

#endif
