/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layers - where in a document the engine is, and what it found where.
 *
 * Worker.  libclamav names the innermost file in its report, or the wrong one
 * (clamav issue 315); its callbacks tell when it goes into a part and out
 * again, and announce names of archive members before that.  A match counts
 * for the deepest part it was seen in: the same bytes stored uncompressed in
 * the layers around it match there, too.
 */
#ifndef DOC_LAYERS_H
#define DOC_LAYERS_H

#include "lib/base/buf.h"

enum {
	DOC_LAYERS_DEPTH = 64,
	DOC_LAYER_NAME = 256,  /* bytes of a name that are kept */
	DOC_LAYER_HITS = 64,   /* different ones of one document */
	DOC_LAYER_NAMES = 4096 /* announced and not yet entered */
};

/* Between the strings of an entry of the field `found`. */
#define DOC_HIT_SEPARATOR '\x1f'

struct doc_hit {
	char *name;  /* of the signature */
	char *where; /* names of parts, outermost first, each before a
			DOC_HIT_SEPARATOR; "" is the document itself */
	bool gap;    /* a level has no name: an archive was seen in the bytes of
			another, uncompressed in it or put behind it */
};

struct doc_layers {
	char name[DOC_LAYERS_DEPTH][DOC_LAYER_NAME]; /* by nesting level */
	unsigned open[DOC_LAYERS_DEPTH];	     /* levels gone into */
	unsigned depth;				     /* of `open` */
	unsigned coming;      /* level of the part that is entered next */
	struct doc_buf names; /* announced: size, NUL-ended name, ... */
	struct doc_hit hit[DOC_LAYER_HITS];
	unsigned hits;
};

/* A member of an archive was seen in its directory; `size` unpacked. */
void doc_layers_announce(struct doc_layers *l, const char *name, size_t size);
/* The engine looks at a part on `level` (0 is the document); `name` may be
 * NULL, or be without its folders. */
void doc_layers_look(struct doc_layers *l, unsigned level, const char *name,
    size_t size);
void doc_layers_enter(struct doc_layers *l); /* ... scans it */
void doc_layers_leave(struct doc_layers *l); /* ... and is done with it */

/* A signature matched here. */
void doc_layers_hit(struct doc_layers *l, const char *signature);

/* After the scan: forget hits that another of the same signature explains:
 * deeper down in the same part, or in the part itself for one seen through the
 * bytes around it. */
void doc_layers_settle(struct doc_layers *l);

void doc_layers_release(struct doc_layers *l);

#endif
