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

/* Zip: a mark in front of the first part; in the last, the number of this disk
 * (APPNOTE.TXT 8.5.4, 4.4.19).  Those between look like anything. */
bool doc_volume_is_zip(const struct doc_input *in);

/* RAR, both kinds (rarlab.com/technote.htm): a set of one volume is whole. */
bool doc_volume_is_rar(const struct doc_input *in);

#endif
