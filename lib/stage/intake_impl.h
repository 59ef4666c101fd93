/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake_impl - what intake.c and the item files share; nobody else includes
 * it.
 *
 *	item.c		 a document from its name to its record
 *	item_sniff.c	 digest and type, several small documents at a time
 *	item_open.c	 the members of a container, as they are found
 *	item_children.c	 and how they become items in their turn
 *	item_volumes.c	 an archive in several files
 *	item_record.c	 the record
 */
#ifndef DOC_INTAKE_IMPL_H
#define DOC_INTAKE_IMPL_H

#include "lib/record/path.h"
#include "lib/stage/intake.h"
#include "lib/stage/seen.h"
#include "lib/stage/spill.h"

struct kinds; /* item_sniff.c */

struct intake {
	struct doc_flow flow; /* first: the flow finds us by cast */
	const struct doc_intake_setup *setup;
	struct doc_spool spool;
	struct doc_lines names;
	struct doc_walk walk;
	size_t operand; /* index of the one being walked, plus one */
	bool walking;
	bool marks; /* an empty name asks for one, see intake.h */
	int input;  /* names are read from it */
	uint64_t in, out, count[DOC_STATUS_COUNT];
	struct doc_seen *types; /* of contents, see item_sniff.c */
	struct kinds *kinds;	/* which there are */
	struct doc_seen *first; /* id of the first record of a content */
	struct batch *batches;	/* at work */
};

/* One budget for an input and all that comes out of it. */
struct tree {
	unsigned refs;
	uint64_t members, bytes;
	char *root; /* what the user named: opened as such */
	char *tenant;
	char digest[DOC_DIGEST_HEX];	      /* it is to have; "": any */
	unsigned char salt[DOC_DIGEST_BYTES]; /* of the tenant, for keys */
};

/* Where a document is; shared by a container and what makes its members. */
struct place {
	unsigned refs;
	struct tree *tree;
	struct doc_buf path;
	struct doc_buf *members; /* names, outermost first */
	struct doc_buf *shown;	 /* as they read, where they are not UTF-8 */
	uint32_t *nth;		 /* which one of its name each is */
	size_t member_count;
	char id[DOC_ID_SIZE];
};

/* From a container to a member, or from nowhere to a file. */
struct step {
	const char *name; /* bytes, borrowed */
	size_t len;
	const struct doc_buf *shown; /* borrowed; NULL: as it is */
	uint32_t nth;		     /* of that name, from 1 */
};

enum { DOC_TENANT_SIZE = 65 };

/* The pools: a light one for every document; a heavy one, with all the
 * libraries that open containers, for those that are one; and poppler, started
 * when the first PDF comes that may have attachments. */
enum { POOL_SNIFF, POOL_OPEN, POOL_ATTACH };

struct children; /* item_children.c */
struct batch;	 /* item_sniff.c */
struct parts;	 /* item_volumes.c */

/* A document on its way to a record. */
struct item {
	struct doc_task task; /* first: the flow's */
	struct intake *intake;
	struct place *place;
	struct children *from; /* whose member it is, or NULL */
	char parent[DOC_ID_SIZE];
	struct doc_spool_file data; /* of a member, until it has its place */
	char *data_path;	    /* then; owned */
	uint64_t size;
	int64_t mtime;
	bool has_mtime, has_size;
	struct doc_error known;	     /* wrong before anybody looked */
	enum doc_reason reason;	     /* not to be looked at, and why */
	char sha256[DOC_DIGEST_HEX]; /* "" until known */
	char *media, *encoding;	     /* NULL until known; owned */
	char *also;		     /* what else it is, or NULL; owned */
	uint64_t reasons;	     /* why what follows is not whole */
	bool alone;		     /* its batch died on it */
	int fd;			     /* while a worker is on it, else -1 */
	struct doc_job *job;	     /* likewise, else NULL: items are many */
	bool opened;		     /* as a container, with these: */
	uint64_t seen, refused, delivered;
	uint64_t excluded;	    /* by --exclude, and not looked at */
	uint64_t password;	    /* number of the one that fitted, from 1 */
	bool dropped;		    /* not asked for by --include: no record */
	struct children *children;  /* its members so far, or NULL */
	struct doc_spool_file open; /* the one a worker is writing */
	uint64_t members;	    /* in `children` */
	struct parts *parts;	    /* of several files, or NULL */
	unsigned missing;	    /* number of one that is not there, or 0 */
};

/* What is known of a member when its container has been gone through. */
struct member {
	uint64_t size;
	int64_t mtime;
	bool has_mtime, has_size;
	uint32_t nth; /* of its name in the container: children_add tells */
	enum doc_code code;
	enum doc_reason reason;
	char sha256[DOC_DIGEST_HEX]; /* "": not known yet, or no content */
};

/* And its words; borrowed. */
struct member_words {
	const char *name; /* bytes */
	size_t len;
	const struct doc_buf *shown; /* what it reads like, or empty */
	const char *msg;	     /* of the error */
	const char *file; /* of the spool, not yet in its place; "" */
};

/* Whose it is, and below what it may be opened; what it has to be. */
struct doc_origin {
	const char *root, *tenant;
	const char *digest; /* 64 characters; NULL: anything */
};

/* intake.c.  Start the pool for attachments; -1 with in->flow.err. */
int intake_attach(struct intake *in) DOC_MUST_CHECK;

/* item.c.  A document the user named, at `path`. */
struct item *item_top(struct intake *in, const struct doc_origin *from,
    const char *path, const struct stat *st, const struct doc_error *err);
/* A member of what is at `up`. */
struct item *item_member(struct intake *in, struct place *up,
    const struct step *step);
/* Nothing more will be known. */
void item_complete(struct item *it);
/* Digest and type are known; a container goes on to be opened. */
void item_typed(struct item *it);
/* No worker is on it any more. */
void item_end_job(struct item *it);
/* Its content, open for reading; also notes size and time. */
int item_open_content(struct item *it, struct doc_error *err);
bool item_to_be_looked_at(const struct item *it);
struct item *item_of(struct doc_task *task); /* NULL: not an item */
void place_drop(struct place *p);
/* What its content is remembered by: digest and tenant. */
void item_key(const struct item *it,
    unsigned char key[static DOC_DIGEST_BYTES]);

/* item_sniff.c */
void item_sniff(struct doc_flow *flow, struct item *it);
void batches_free(struct intake *in);
struct doc_seen *item_types_new(void);
struct kinds *item_kinds_new(void); /* to be freed */

/* item_open.c */
void item_open(struct doc_flow *flow, struct item *it);

/* item_volumes.c.  Find out if it is one of several files of an archive: is it
 * the one the others are joined to? */
bool item_leads(struct item *it);
/* Or is it to be found in another one? */
bool item_follows(const struct item *it);
/* Join them into it->fd; false: there is nothing to be joined.  The item
 * waits again when they are. */
bool item_join(struct item *it);
void item_parts_job(const struct item *it, struct doc_job *job);
/* Nothing came of them together: it waits to be opened by itself. */
bool item_alone(struct item *it);
/* All is known; what its own name tells is that some are missing. */
void item_parts_judge(struct item *it, bool by_name);
void item_parts_write(const struct item *it, struct doc_json *j);
void item_parts_free(struct item *it);

/* item_children.c.  Members are added in order, then started once. */
int children_add(struct item *it, struct member *m,
    const struct member_words *words, struct doc_error *err) DOC_MUST_CHECK;
void children_start(struct item *it);
void children_free(struct children *c);
/* One of them was written and is gone. */
void children_one_less(struct children *c);

/* item_record.c */
void item_finish(struct doc_flow *flow, struct doc_task *task);
/* All is known of it; note what its name tells about that. */
void item_judge(struct item *it);
enum doc_status item_status(const struct item *it);
struct doc_name item_name(const struct place *p);

#endif
