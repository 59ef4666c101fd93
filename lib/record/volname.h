/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volname - what the files of an archive in several files are called.
 *
 * Any process; pure, and about names only: if they are what they are called
 * somebody else has to find out.  Suffixes are of either case, as they come
 * from Windows; what stands before them has to be the same byte by byte.
 *
 *	x.z01 x.z02 ... x.zip		Info-ZIP, WinZip (APPNOTE.TXT 8.3)
 *	x.part1.rar, x.part01.rar ...	RAR since 3.0
 *	x.rar x.r00 ... x.r99 x.s00 ...	RAR before
 *	x.7z.001 x.7z.002 ...		7-Zip, and whoever cuts by size; also
 *					from 000, and with 2 to 4 digits
 *	x.tar.aa x.tar.ab ...		split(1)
 */
#ifndef DOC_VOLNAME_H
#define DOC_VOLNAME_H

#include "lib/base/base.h"

enum doc_volname_kind {
	DOC_VOLNAME_NONE,
	DOC_VOLNAME_ZIP,
	DOC_VOLNAME_RAR,
	DOC_VOLNAME_OLD_RAR,
	DOC_VOLNAME_NUMBER,
	DOC_VOLNAME_LETTERS
};

enum {
	DOC_VOLNAME_END = 0,   /* the .zip, which comes last and leads */
	DOC_VOLNAME_MAX = 9999 /* files of one archive */
};

struct doc_volname {
	enum doc_volname_kind kind;
	size_t stem;	/* bytes of the name before what differs */
	size_t tail;	/* and behind it */
	unsigned width; /* digits */
	unsigned at;	/* which one it is in the order of their bytes, from 1;
			 * or DOC_VOLNAME_END */
	bool from_zero; /* its set begins with number 0 */
	bool upper;	/* in capital letters */
};

enum { DOC_VOLNAME_SIZE = 256 }; /* NAME_MAX and a NUL */

/* Could `name`, the last part of a path, be one of several? */
bool doc_volname_parse(const char *name, size_t len, struct doc_volname *v);

/* Does it lead: would the others be joined to it? */
bool doc_volname_leads(const struct doc_volname *v);

/* What the one `at` that place of the same set is called, with letters of the
 * same case or the other one.  False: there can be none. */
bool doc_volname_name(const char *name, size_t len, const struct doc_volname *v,
    unsigned at, bool other_case, char out[static DOC_VOLNAME_SIZE]);

/* The `nth` name, from 0, that the leader of the set could have; *v, which the
 * caller copied, then tells of this very name in that leader's set.  False:
 * there are no more. */
bool doc_volname_leader(const char *name, size_t len, unsigned nth,
    struct doc_volname *v, char out[static DOC_VOLNAME_SIZE]);

#endif
