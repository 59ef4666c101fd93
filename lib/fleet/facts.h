/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts - which versions work here: of docpipe, its engines and their data.
 *
 * docrun.  They are what the stages say of themselves in their end records
 * (docrecord(5)): version, and all of "engine" but the age of databases.  An
 * engine that had nothing to do may say less, so that two machines agree when
 * they agree in what both say.
 */
#ifndef DOC_FACTS_H
#define DOC_FACTS_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

/* End records, one a line, in the order of the stages. */
struct doc_facts {
	struct doc_buf text;
};

int doc_facts_add(struct doc_facts *f, const char *line, size_t len);

/* Does every stage of `a` agree with that of `b`?  If not, `what` says which
 * and how: for people. */
bool doc_facts_agree(const struct doc_facts *a, const struct doc_facts *b,
    char what[static 240]);

/* The file DIR/facts. */
int doc_facts_write(const struct doc_facts *f, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;
int doc_facts_read(struct doc_facts *f, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;

void doc_facts_release(struct doc_facts *f);

#endif
