/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quarantine - infected files out of reach, and back.
 *
 * Supervisor.  A folder of files that nobody may read (mode 0), and `journal`:
 * a line of JSON before each move and after each return, on disk before the
 * next step, so that whatever is killed when, each file is in one place and
 * the journal knows its other one.
 *
 * A move is a rename, hence atomic; to another file system the file is copied,
 * made durable, and then removed where it was.  The folders that files come
 * from and go back to may be anybody's: no link on the way is followed, and a
 * file that has taken the place of ours is left there.
 */
#ifndef DOC_QUARANTINE_H
#define DOC_QUARANTINE_H

#include "lib/base/opt.h"
#include "lib/record/record.h"

struct doc_quarantine {
	int dir, journal;	/* both -1 when closed */
	struct doc_words moved; /* paths, in this run */
};

/* Makes the folder if need be.  USAGE when it cannot be one. */
int doc_quarantine_open(struct doc_quarantine *q, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_quarantine_close(struct doc_quarantine *q);

/*
 * Move the file on disk that the record is, or came out of, and was found to
 * hold `signature`.  Moving it again, for another member, does nothing.  Opens
 * as doc_open_below does, with its errors; besides IO, NO_SPACE, PERMISSION.
 */
int doc_quarantine_move(struct doc_quarantine *q, const struct doc_words *roots,
    const struct doc_record *rec, const char *signature,
    struct doc_error *err) DOC_MUST_CHECK;

/* Put everything back, or the files that were at `paths`; never over another
 * file.  Returns how many could not be, or are not known, with a warning for
 * each, or -1. */
int doc_quarantine_restore(struct doc_quarantine *q, char *const *paths,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
