/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hub_impl - what hub.c, hop.c and feed.c share; nobody else includes it.
 */
#ifndef DOC_HUB_IMPL_H
#define DOC_HUB_IMPL_H

#include "lib/run/child.h"
#include "lib/run/hub.h"

/* So often must a signal that may come from outside hit the same document, all
 * alone, until it is believed: with a kill every other second and a tenth of a
 * second for a document, once in three million. */
enum { HUB_DEATHS_OUTSIDE = 5 };

/* A stage of ours or the user's, in its place in the line. */
struct hop {
	struct hub *hub;
	const struct doc_command *command;
	unsigned index;
	struct doc_child child;
	struct doc_queue waiting; /* for it to take more */
	struct doc_queue sent;	  /* given to it, and not back */
	bool alive;		  /* it answered, or cannot be asked */
	bool ending;		  /* its stdin is closed, or about to be */
	bool over;
	unsigned fruitless; /* lives in a row that gave nothing back */
	uint64_t returned;  /* documents, in this life */
	uint64_t heard_ms;  /* when it last gave something back */
};

/* After doclist died: is the new one alive, and does it outlive the first of
 * the names it had? */
enum care { CARE_NONE, CARE_ALIVE, CARE_NEXT, CARE_ALONE };

/* doclist of one tenant, and the names it is given. */
struct feed {
	struct hub *hub;
	struct doc_tenant *tenant;
	const struct doc_command *command;
	struct doc_child child;
	struct doc_names *names;
	struct doc_entry *first, *last; /* given to doclist, not yet listed */
	struct doc_entry *again;	/* to be given to it once more */
	struct doc_entry *current;	/* whose members come now */
	unsigned fed;
	unsigned doubtful; /* entries to be given to it anew */
	unsigned fruitless;
	uint64_t heard;	   /* records, in this life */
	uint64_t moved_ms; /* when it last was told, or told, something */
	enum care care;
	bool marked; /* the last thing it was told is a marker */
	bool exhausted, over;
};

/* Records on standard input. */
struct inlet {
	struct hub *hub;
	struct doc_watch watch;
	struct doc_lines lines;
	bool ended; /* there was an end record */
	bool over;
};

struct hub {
	struct doc_hub *setup;
	struct doc_loop loop;
	struct hop *hops;
	struct feed *feeds;
	struct inlet inlet;
	unsigned flying;	   /* documents, all queues together */
	unsigned entries;	   /* inputs that are not through */
	uint64_t moves;		   /* grows as long as something happens */
	unsigned launched;	   /* of them, in the stages */
	struct doc_queue suspects; /* wait until nothing else is there */
	struct doc_flight *lone;   /* nothing else may fly beside it */
	bool started;		   /* the stages run */
	bool draining;		   /* --watch is over: no more names */
	struct doc_error err;
	int status; /* of a stage that refused: 2, 4 */
};

/* hop.c */
int hop_start(struct hop *hop);
bool hop_room(const struct hop *hop);
/* The flight is the hop's now. */
void hop_take(struct hop *hop, struct doc_flight *f);
void hop_pump(struct hop *hop); /* give and take what can be */
/* Nothing more will come. */
void hop_end(struct hop *hop);
/* Milliseconds until it is to be looked at again; -1 never. */
int hop_tick(struct hop *hop);

/* feed.c */
void feed_pump(struct feed *feed);
void feed_release(struct feed *feed);
/* Give doclist one more name.  1; 0: there is none; DOC_NAMES_LATER; -1. */
int feed_next_name(struct feed *feed, struct doc_error *err);
void feed_ask_for_mark(struct feed *feed);
/* All that comes out of it has come. */
void feed_through(struct feed *feed, struct doc_entry *e);
/* A record of our own, where doclist has none, and it is through. */
void feed_speak_for(struct feed *feed, struct doc_entry *e,
    const struct doc_error *why);
/* All that is known of it is through: from the start. */
void feed_anew(struct feed *feed, struct doc_entry *e);

/* feed_care.c */
void feed_died(struct feed *feed, int wait_status);
void feed_take_care(struct feed *feed); /* the next step after that */

/* inlet.c */
void inlet_start(struct inlet *in, struct hub *hub);
void inlet_pump(struct inlet *in);
void inlet_release(struct inlet *in);

/* Was it a signal that others send, too? */
bool hub_from_outside(int ws);

/* hub.c: what the others tell it. */
void hub_listed(struct hub *hub, struct doc_flight *f);
void hub_pass(struct hub *hub, unsigned next, struct doc_flight *f);
void hub_fail(struct hub *hub, const struct doc_error *err);
/* Set the result of stage `key` in the flight's record. */
int hub_result(struct doc_flight *f, const char *key, const char *status,
    enum doc_reason reason, const struct doc_error *err);
struct doc_entry *hub_entry_new(struct hub *hub, const char *id, uint32_t n);
void hub_entry_free(struct hub *hub, struct doc_entry *e);
/* Start the stages, once. */
int hub_start(struct hub *hub);

#endif
