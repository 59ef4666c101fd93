/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log - one-line messages for people on stderr: "doctext: cannot ...".
 *
 * Any process but workers.  Set the name once, in main.
 */
#ifndef DOC_LOG_H
#define DOC_LOG_H

#include "lib/base/error.h"

/* level: 0 normal, below 0 quiet (only what ends the program), 1 verbose. */
void doc_log_open(const char *name, int level);
void doc_log_level(int level);

void doc_warn(const char *fmt, ...) DOC_PRINTF(1, 2);  /* unless quiet */
void doc_info(const char *fmt, ...) DOC_PRINTF(1, 2);  /* when verbose */
void doc_fatal(const char *fmt, ...) DOC_PRINTF(1, 2); /* always */

#endif
