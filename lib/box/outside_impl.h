/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outside_impl - what the files of the outside share; nobody else includes
 * it. */
#ifndef DOC_OUTSIDE_IMPL_H
#define DOC_OUTSIDE_IMPL_H

#include "lib/base/digest.h"
#include "lib/base/loop.h"
#include "lib/box/channel.h"
#include "lib/box/outside.h"
#include "lib/record/path.h"
#include "lib/record/stream.h"
#include "lib/run/child.h"
#include "lib/spool/spool.h"

enum {
	BOX_WINDOW = 64, /* documents inside */
	BOX_WINDOW_BYTES = 64
	    << 20,	       /* and their bytes, but one may be larger */
	BOX_NAME = 128,	       /* of a file in a document's folder */
	BOX_FILES = 64,	       /* files of one document on their way */
	BOX_OUT_FULL = 1 << 20 /* bytes the box has not read */
};

/* A document inside. */
struct box_flight {
	int64_t number; /* 0: unused */
	char tenant[72], sha256[DOC_DIGEST_HEX];
	struct doc_buf line;  /* the record as it came */
	uint64_t bytes;	      /* of its document */
	struct doc_error err; /* it could not be opened */
};

/* A file that came back, not yet in its place. */
struct box_file {
	char name[BOX_NAME];
	struct doc_spool_file file;
};

struct box {
	struct doc_outside *setup;
	const char *key;
	struct doc_loop loop;
	struct doc_spool spool;
	struct doc_child child;
	struct doc_frames frames;
	struct doc_lines in;
	struct doc_watch in_watch, out_watch, signals;
	struct doc_sink sink;
	bool in_waits; /* do not read before the loop says so */
	bool heard;    /* it started */
	bool ended;    /* END was sent */
	bool exited;   /* EXIT came */
	bool own_end;  /* the stage's end record came */
	unsigned starts;
	uint64_t deadline_ms; /* of its start */
	struct box_flight flights[BOX_WINDOW];
	unsigned flying;
	int64_t sent; /* documents so far: the number of the last */
	uint64_t flying_bytes;
	struct doc_buf others; /* lines without a document, inside, in order */
	size_t others_at;
	struct box_file files[BOX_FILES];
	unsigned file_count;
	int file; /* fd of the last of them, -1 */
	uint64_t file_bytes;
	/* the document on its way in, before it what doctext made of it */
	int doc;      /* fd, -1 */
	bool is_text; /* it is of that text */
	struct box_flight *doc_of;
	uint64_t doc_left;
	struct doc_error err;
};

/* outside_send.c: take input and send it, as far as there is room. */
int box_send(struct box *b);
int box_send_argv(struct box *b);
/* Is there nothing more to send? */
bool box_wants_input(const struct box *b);
/* Does the stage get the text that doctext made? */
bool box_reads_text(const struct box *b);

/* outside_take.c: what came back. */
int box_take(struct box *b, struct doc_frame *f);
void box_drop_files(struct box *b);

#endif
