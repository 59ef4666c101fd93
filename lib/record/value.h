/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value - the few JSON values a stage reads, as a tree.
 *
 * Supervisors and docrun.  As strict as the index of a line (json.h), over the
 * same scanner; of a member that is there twice the last counts, null is as
 * good as nothing, and integers beyond 64 bits become the nearest.  One block
 * of memory each.  Not json-c: in 0.16 a want of memory ends the process
 * (strdup(3) unchecked), and it takes four times as long.
 */
#ifndef DOC_VALUE_H
#define DOC_VALUE_H

#include "lib/base/base.h"

struct doc_value; /* a node; owned by its root */

/* The root of a tree to doc_value_free, or NULL: not JSON, null, or no memory,
 * which is noted (starved.h). */
struct doc_value *doc_value_parse(const char *p, size_t n);
void doc_value_free(struct doc_value *root);

/* Member of an object, element of an array; NULL when there is none. */
const struct doc_value *doc_value_get(const struct doc_value *v,
    const char *key);
const struct doc_value *doc_value_at(const struct doc_value *v, size_t i);
/* Elements of an array; walks over them, as doc_value_at does. */
size_t doc_value_count(const struct doc_value *v);
bool doc_value_is_array(const struct doc_value *v);

/* The member or element behind v, the first one when v is NULL; NULL at the
 * end. */
const struct doc_value *doc_value_next(const struct doc_value *list,
    const struct doc_value *v);
#define doc_value_each(v, list)                                                \
	for (const struct doc_value *v = NULL;                                 \
	     (v = doc_value_next(list, v)) != NULL;)

/* The content, borrowed from the tree; NULL (or `or`) when of another type.
 * doc_value_str refuses strings that hold a NUL. */
const char *doc_value_str(const struct doc_value *v);
/* The same with its length, and any NUL in it. */
const char *doc_value_strn(const struct doc_value *v, size_t *n);
int64_t doc_value_int(const struct doc_value *v, int64_t or);
double doc_value_number(const struct doc_value *v, double or); /* any number */

/* Call visit for each string of the tree, with the key of the member it is, or
 * is in an array of; until it returns other than 0, which is returned.  A
 * string with a NUL is told as NULL. */
int doc_value_strings(const struct doc_value *v, const char *key,
    int (*visit)(const char *key, const char *string, void *ctx), void *ctx);

static inline const char *
doc_value_get_str(const struct doc_value *v, const char *key)
{
	return doc_value_str(doc_value_get(v, key));
}

#define doc_autovalue __attribute__((cleanup(doc_autovalue_)))
static inline void
doc_autovalue_(struct doc_value **v)
{
	doc_value_free(*v);
}

#endif
