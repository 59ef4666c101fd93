/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opc - an Office Open XML package: parts and the relations between them
 * (ECMA-376 part 2).
 *
 * Runs in the worker.
 */
#ifndef DOC_OPC_H
#define DOC_OPC_H

#include "lib/format/archive.h"
#include "lib/format/layout.h"

/* Largest part that is read, unpacked: a sheet of the maximum size with
 * numbers in a third of its cells. */
#define DOC_OPC_PART_MAX ((size_t)256 << 20)

/* A document being read. */
struct doc_opc {
	struct doc_package *pkg;
	struct doc_layout flow;
	bool damaged; /* already said */
};

struct doc_rel {
	char *id;
	char *type;   /* last segment of the relation's URI: "header" */
	char *target; /* name of the part; as written when it is outside */
	bool outside; /* of the package: a link to something else */
};

struct doc_rels {
	struct doc_rel *rel;
	size_t count;
};

#define doc_autorels __attribute__((cleanup(doc_rels_release)))

/* Name of the part that `target`, a relative reference in part `base`, means;
 * per cent signs decoded, query and fragment dropped. */
int doc_part_resolve(const char *base, const char *target,
    struct doc_buf *name);

/* Read a part.  0 if it is there, perhaps damaged (which is said as a reason),
 * else -1; *err (may be NULL) is set only when it is there and cannot be
 * read. */
int doc_opc_read(struct doc_opc *opc, const char *part, struct doc_buf *buf,
    struct doc_error *err) DOC_MUST_CHECK;
/* Say once that something was broken. */
void doc_opc_damaged(struct doc_opc *opc);

/* Relations of a part ("" the package).  No relations is no error. */
void doc_rels_read(struct doc_opc *opc, const char *part,
    struct doc_rels *rels);
const struct doc_rel *doc_rels_find(const struct doc_rels *rels,
    const char *id);
/* The next relation of a type from *at on, or NULL. */
const struct doc_rel *doc_rels_next(const struct doc_rels *rels,
    const char *type, size_t *at);
/* What the document draws in from outside (a template, a linked picture or
 * object; not what a reader may follow, hyperlinks), a line each. */
void doc_rels_put_outside(struct doc_opc *opc, const struct doc_rels *rels);
void doc_rels_release(struct doc_rels *rels);

#endif
