/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flight - a document between doclist and the record that is kept.
 *
 * docrun.  It stands in exactly one queue at a time: its tenant's, or that of
 * what waits for a stage, or of what a stage has been given.
 */
#ifndef DOC_FLIGHT_H
#define DOC_FLIGHT_H

#include "lib/record/path.h"

struct feed;

/* What the user named: a file, and all that comes out of it. */
struct doc_entry {
	struct doc_entry *next; /* of its feed, in the order they were fed */
	char id[DOC_ID_SIZE];	/* of its own record */
	uint32_t n;		/* its number in the journal */
	unsigned flying;	/* documents of it that are on their way */
	unsigned tries;		/* how often doclist died with it */
	bool seen;		/* its own record came out of doclist */
	bool listed;		/* and all of its members' */
	bool again;		/* some of it may be done already */
	bool doubtful;		/* it was listed in two ways: see feed.c */
	struct feed *feed;	/* whose name it is; NULL: of none */
	bool marker;		/* no input: see feed.c */
	char digest[67];	/* and before it, with NUL; "" none */
	struct doc_buf path;	/* as doclist is told, NUL included */
	struct doc_buf came;	/* ids and sums of what came out so far */
	size_t again_at;	/* place in it, when it all comes again */
	uint64_t size;		/* bytes, for the estimate */
	uint64_t sig;		/* of what it is */
};

/* What former sessions did with a document of a partly done input. */
struct doc_past {
	bool done;
	unsigned tries, lone; /* given to the stages, in company or alone */
	bool summed;
	uint32_t sum; /* of its record as doclist wrote it, CRC-32C */
};

struct doc_flight {
	struct doc_flight *prev, *next;
	struct doc_entry *entry;
	struct doc_tenant *tenant;
	char id[DOC_ID_SIZE];
	struct doc_buf line;  /* the record so far, newline included */
	struct doc_past past; /* in former sessions */
	uint64_t guess_us;    /* what its tenant was charged beforehand */
	bool alone;	      /* suspected: nothing else beside it */
	unsigned deaths;      /* of the present stage, it being alone there */
};

struct doc_queue {
	struct doc_flight *head, *tail;
	unsigned count;
	size_t bytes;
};

/* A flight for a record of `entry`; NULL: no memory. */
struct doc_flight *doc_flight_new(struct doc_entry *entry, const char *id,
    const char *line, size_t len);
void doc_flight_free(struct doc_flight *f);

/* Replace the record; newline included. */
int doc_flight_set(struct doc_flight *f, const char *line,
    size_t len) DOC_MUST_CHECK;

void doc_queue_add(struct doc_queue *q, struct doc_flight *f);
void doc_queue_remove(struct doc_queue *q, struct doc_flight *f);
struct doc_flight *doc_queue_find(const struct doc_queue *q, const char *id);
/* All of `from` in front of what is in `q`; `from` is empty then. */
void doc_queue_prepend(struct doc_queue *q, struct doc_queue *from);
void doc_queue_release(struct doc_queue *q);

/* The id of a record line.  1 a document with *id, 0 something else, -1 not
 * a record. */
int doc_line_id(const char *line, size_t len, char id[static DOC_ID_SIZE]);

#endif
