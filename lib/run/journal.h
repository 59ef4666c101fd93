/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - an append-only file of short lines, each with a checksum, so that
 * a reader can tell where a killed writer stopped.
 *
 * docrun; pure but for the file.  `WORDS...\tCRC32C\n`, the sum over all before
 * the tab.  What the words mean is ledger.h's.
 */
#ifndef DOC_JOURNAL_H
#define DOC_JOURNAL_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

/* CRC-32C (Castagnoli), as in iSCSI and ext4. */
uint32_t doc_crc32c(const void *p, size_t n);

/* Append a line to buf: the words, the sum, the end. */
int doc_journal_line(struct doc_buf *buf, const char *fmt, ...)
    DOC_PRINTF(2, 3);

/* A file mapped for reading; the lines are walked in order. */
struct doc_journal {
	const char *data;
	size_t len, at;
	size_t done;	     /* pages before it are given back */
	struct doc_buf line; /* of the last line, without sum, as a string */
};

/* Map fd, which may be empty. */
int doc_journal_open(struct doc_journal *j, int fd,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_journal_rewind(struct doc_journal *j);
void doc_journal_close(struct doc_journal *j);

/* What lies before `at` is not read again soon: a journal of a gigabyte need
 * not be in memory.  doc_journal_next does so by itself. */
void doc_journal_leave(struct doc_journal *j, size_t at);

/* The next good line as a string, valid until the next call; NULL at the end,
 * or at the first line that is not whole: j->at is its offset. */
const char *doc_journal_next(struct doc_journal *j);

#endif
