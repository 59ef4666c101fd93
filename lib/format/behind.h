/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * behind - an archive behind something else: a program that unpacks itself, a
 * picture or a PDF that is a zip as well.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_BEHIND_H
#define DOC_BEHIND_H

#include "lib/pool/work.h"

struct doc_behind {
	const char *media;
	size_t from, len; /* of what a reader of archives is to see */
};

/* Found by what cannot be there by chance: the end record, the directory and
 * the first member of a zip where they say they are; in programs a header of
 * 7z with the right checksum, or the mark of RAR, in the first 4 MiB. */
bool doc_behind_find(const struct doc_input *in, struct doc_behind *found);

#endif
