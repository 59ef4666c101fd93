/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/engine/layers.h"

/* No name of ours ends with a separator, and none has one inside. */
static void
set_name(char *to, const char *from)
{
	(void)snprintf(to, DOC_LAYER_NAME, "%s", from);
	for (; *to != '\0'; to++)
		if (*to == DOC_HIT_SEPARATOR)
			*to = '?';
}

void
doc_layers_announce(struct doc_layers *l, const char *name, size_t size)
{
	/* A million members would be a million names: what does not fit is
	 * known without its folders. */
	if (l->names.len > (size_t)DOC_LAYER_NAMES * DOC_LAYER_NAME ||
	    doc_buf_reserve(&l->names, sizeof(size) + strlen(name) + 1) < 0)
		return;
	(void)doc_buf_add(&l->names, &size, sizeof(size));
	(void)doc_buf_add(&l->names, name, strlen(name) + 1);
}

static const char *
base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

/* The announced name, with its folders, of the part called `base`: the next
 * one in order of the same size.  It and all before it are used up, unless it
 * is the only one so called. */
static bool
announced(struct doc_layers *l, const char *base, size_t size, char *to)
{
	const char *all = l->names.data;

	for (size_t at = 0; at < l->names.len;) {
		const char *name = all + at + sizeof(size);
		size_t n;

		memcpy(&n, all + at, sizeof(n));
		at += sizeof(size) + strlen(name) + 1;
		if (n != size || strcmp(base_of(name), base) != 0)
			continue;
		set_name(to, name);
		memset(l->names.data + at - strlen(name) - 1 - sizeof(n), 0xff,
		    sizeof(n));
		return true;
	}
	return false;
}

/* What libclamav 1.4 calls a temp file of its own: other each time. */
static bool
is_temp(const char *base)
{
	static const char head[] = "clamav-", tail[] = ".tmp";
	size_t n = strlen(head);

	return strncmp(base, head, n) == 0 &&
	    strspn(base + n, "0123456789abcdef") == 32 &&
	    strcmp(base + n + 32, tail) == 0;
}

void
doc_layers_look(struct doc_layers *l, unsigned level, const char *name,
    size_t size)
{
	unsigned at = l->depth > 0 && l->depth <= DOC_LAYERS_DEPTH
	    ? l->open[l->depth - 1]
	    : 0;
	char *to;

	l->coming = DOC_MIN(level, (unsigned)DOC_LAYERS_DEPTH - 1);
	/* Levels that were passed over have no name, nor that of before. */
	while (++at < l->coming)
		l->name[at][0] = '\0';
	to = l->name[l->coming];
	to[0] = '\0';
	if (name == NULL || l->coming == 0)
		return;
	if (!announced(l, base_of(name), size, to) && !is_temp(base_of(name)))
		set_name(to, name);
}

void
doc_layers_enter(struct doc_layers *l)
{
	if (l->depth < DOC_LAYERS_DEPTH)
		l->open[l->depth] = l->coming;
	l->depth++;
}

void
doc_layers_leave(struct doc_layers *l)
{
	if (l->depth > 0)
		l->depth--;
}

/* The names of all levels down to the one the engine is in. */
static int
chain(const struct doc_layers *l, struct doc_buf *where, bool *gap)
{
	unsigned depth = DOC_MIN(l->depth, (unsigned)DOC_LAYERS_DEPTH);
	unsigned last = depth > 0 ? l->open[depth - 1] : 0;

	*gap = false;
	for (unsigned i = 1; i <= last; i++) {
		*gap |= l->name[i][0] == '\0';
		if (l->name[i][0] != '\0' &&
		    (doc_buf_adds(where, l->name[i]) < 0 ||
			doc_buf_addc(where, DOC_HIT_SEPARATOR) < 0))
			return -1;
	}
	return doc_buf_addc(where, '\0');
}

void
doc_layers_hit(struct doc_layers *l, const char *signature)
{
	doc_autobuf struct doc_buf where = { 0 };
	struct doc_hit h;

	if (l->hits == DOC_LAYER_HITS || chain(l, &where, &h.gap) < 0)
		return;
	for (unsigned i = 0; i < l->hits; i++)
		if (strcmp(l->hit[i].name, signature) == 0 &&
		    strcmp(l->hit[i].where, where.data) == 0)
			return;
	h.name = strdup(signature);
	h.where = strdup(where.data);
	if (h.name == NULL || h.where == NULL) {
		free(h.name);
		free(h.where);
		return;
	}
	l->hit[l->hits++] = h;
}

static bool
explains(const struct doc_hit *deep, const struct doc_hit *h)
{
	size_t n = strlen(h->where), m = strlen(deep->where);

	if (strcmp(deep->name, h->name) != 0 || m <= n)
		return false;
	return memcmp(deep->where, h->where, n) == 0 ||
	    (h->gap && memcmp(deep->where + m - n, h->where, n) == 0);
}

static void
drop(struct doc_layers *l, unsigned i)
{
	free(l->hit[i].name);
	free(l->hit[i].where);
	l->hits--;
	memmove(&l->hit[i], &l->hit[i + 1], (l->hits - i) * sizeof(*l->hit));
}

void
doc_layers_settle(struct doc_layers *l)
{
	unsigned i = 0, k;

	while (i < l->hits) {
		for (k = 0; k < l->hits; k++)
			if (explains(&l->hit[k], &l->hit[i]))
				break;
		if (k < l->hits)
			drop(l, i);
		else
			i++;
	}
}

void
doc_layers_release(struct doc_layers *l)
{
	while (l->hits > 0)
		drop(l, l->hits - 1);
	doc_buf_release(&l->names);
}
