/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive_impl - between archive.c, which goes through an archive, and
 * archive_member.c, which delivers what is met.
 *
 * Runs in the worker.
 */
#ifndef DOC_ARCHIVE_IMPL_H
#define DOC_ARCHIVE_IMPL_H

#include "lib/format/archive.h"
#include "lib/format/called.h"
#include "lib/format/member.h"
#include "lib/format/unpack.h"
#include "lib/format/zip_rest.h"
#include "lib/record/media.h"

/* Going over headers again, each time for one member that is broken. */
#define DOC_LISTER_RESUMED 100

struct doc_lister {
	struct doc_work *work;
	struct doc_member member;
	struct doc_called called;
	bool learnt; /* what other names there are */
	const struct doc_input *in;
	enum doc_unpack_kind kind;
	bool raw_names;
	struct doc_unpack *u;
	const struct doc_archive_wish *wish;
	enum doc_family family;
	uint64_t entries;	   /* headers seen */
	struct doc_zip_rest *rest; /* read instead of u */
	unsigned members;
	uint64_t refused;
	uint64_t reasons;  /* bits of enum doc_reason, each is said once */
	bool dead;	   /* the archive broke inside a member */
	bool lost;	   /* the entry before was bad and had no name */
	bool enough;	   /* no more members are wanted */
	unsigned resumed;  /* how often it went on behind one */
	unsigned password; /* number of the one that fitted, or 0 */
	unsigned from;	   /* of the first that u tries; 0: all are tried */
};

_Static_assert(DOC_R_COUNT <= 64, "reasons are bits of 64");

/* Another reader, which has seen `entries` headers, the last of them *e; it
 * begins with this password.  NULL: it does not come so far. */
struct doc_unpack *doc_lister_reopen(const struct doc_lister *l,
    uint64_t entries, unsigned from, struct doc_unpack_entry *e);

/* Say a reason, once. */
void doc_lister_note(struct doc_lister *l, enum doc_reason reason);

/* One more member is done with.  The heart beats for every so many. */
void doc_lister_count(struct doc_lister *l);

/* A member without content, for an error or a reason. */
void doc_lister_bare(struct doc_lister *l, const struct doc_unpack_entry *e,
    const struct doc_error *err, enum doc_reason reason);

/* Whatever it is.  -1 with *err when nothing more may be delivered. */
int doc_lister_deliver(struct doc_lister *l, const struct doc_unpack_entry *e,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
