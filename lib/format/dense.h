/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dense - is a container nothing but its members?
 *
 * Runs in the worker.  doclist's members are what one reader finds in a
 * container.  Another reader may find more: a zip behind the end of a tar, a
 * rar in front of a zip, entries that the directory does not name.  Only a
 * container without room for that is fully described by its members, so that
 * looking at those, and at its bytes as they are, is looking at everything.
 */
#ifndef DOC_DENSE_H
#define DOC_DENSE_H

#include "lib/pool/work.h"

/*
 * zip: entries and directory fill the file without gaps, and both tell the same
 * sizes and methods.  tar, also compressed: nothing but zeros behind the end.
 * Any other archive, and lone compressed files: no mark of one inside that is
 * found from its end or anywhere.
 */
enum doc_density {
	DOC_DENSE,
	DOC_LOOSE, /* there is room, or nobody knows */
	DOC_HIDING /* has what readers pass over, ClamAV's included: bytes
		      behind the end of a tar, an entry of a zip that its
		      directory does not name */
};
enum doc_density doc_density(const struct doc_input *in);

#endif
