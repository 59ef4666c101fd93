/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml - XML and HTML as a stream of events (the one user of libxml2).
 *
 * Runs in the worker; doc_xml_warm in the zygote.  Nothing is built in memory:
 * what a document costs is its deepest open elements.  Names come without
 * prefix, bytes that are no text in the charset come as U+FFFD, no entity but
 * the predefined (HTML: the named) ones is expanded, nothing external is read.
 * Broken markup is read as far as that goes.
 */
#ifndef DOC_XML_H
#define DOC_XML_H

#include "lib/base/error.h"

struct doc_xml_attr {
	const char *name; /* without prefix */
	const char *ns;	  /* namespace name, "" when none */
	const char *value;
};

/* Valid during the call of `start`. */
struct doc_xml_node {
	const char *name; /* HTML: lower case */
	const char *ns;	  /* namespace name, "" when none */
	const struct doc_xml_attr *attr;
	size_t attr_count;
};

/* `ctx` is the caller's; text comes in pieces of whole characters.  NULL: not
 * wanted. */
struct doc_xml_ops {
	void (*start)(void *ctx, const struct doc_xml_node *node);
	void (*end)(void *ctx, const char *name);
	void (*text)(void *ctx, const char *s, size_t n);
};

/* In the zygote: libxml2's tables; and no external entity, ever. */
int doc_xml_warm(struct doc_error *err) DOC_MUST_CHECK;

/* 0, or 1 when the markup is broken (the events so far are good), or -1 when
 * memory ran out. */
int doc_xml_parse(const char *p, size_t n, const struct doc_xml_ops *ops,
    void *ctx) DOC_MUST_CHECK;

/* HTML in the named charset.  0, or -1 when memory ran out.  *repairs: bad
 * sequences replaced. */
int doc_html_parse(const char *p, size_t n, const char *charset,
    const struct doc_xml_ops *ops, void *ctx, uint64_t *repairs) DOC_MUST_CHECK;

/* Value of the first attribute of that name in any namespace, or NULL. */
const char *doc_xml_attr(const struct doc_xml_node *node, const char *name);
/* The same in a namespace whose name ends in `tail`. */
const char *doc_xml_attr_in(const struct doc_xml_node *node, const char *tail,
    const char *name);

/* Name of the document element, "" if there is none. */
void doc_xml_root(const char *p, size_t n, char name[static 64]);

/* Names to numbers (above 0): a table sorted by name. */
struct doc_xml_token {
	const char *name;
	int token;
};

/* The number, 0 when the name is not in the table. */
int doc_xml_find(const struct doc_xml_token *table, size_t count,
    const char *name);

#endif
