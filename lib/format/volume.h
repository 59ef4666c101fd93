/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volume - is an archive one of several files that only together are whole?
 *
 * Runs in the worker; pure.  Only what the bytes say; what a name says is
 * doc_media_volume's.
 */
#ifndef DOC_VOLUME_H
#define DOC_VOLUME_H

#include "lib/pool/work.h"

/* The last end record of a zip (APPNOTE.TXT 4.3.16), with at least 22 bytes, or
 * NULL. */
const char *doc_zip_end(const struct doc_input *in);

/* Is there more of it elsewhere?  It ended with *end, and is not all there if
 * `partial`.
 *
 * zip: a mark in front of the first part; in the last, the number of this disk
 * (APPNOTE.TXT 8.5.4, 4.4.19); those between look like anything.  RAR, both
 * kinds (rarlab.com/technote.htm): a set of one volume is whole, and so is one
 * whose volumes follow each other to the last.  7z: its directory, which is at
 * its end; tar: the zeros there; both only of files that were joined, as with
 * all that was cut by size. */
bool doc_volume_lacks(const struct doc_input *in, const struct doc_error *end,
    bool partial);

/* Are the files it was joined from not of one archive: the end of a zip behind
 * more parts than it has, a RAR 5 that begins with a later one? */
bool doc_volume_is_mixed(const struct doc_input *in);

#endif
