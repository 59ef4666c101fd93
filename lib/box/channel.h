/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel - frames between docbox outside and docbox inside a box.
 *
 * Both sides of a container's or a virtual machine's wall; one stream of bytes
 * each way, for nothing else may be common to the two.  A frame is its type, a
 * byte each, three of zero, the length of its content as 32 bits little endian,
 * and the content.  Outside a frame is what an attacker may have written.
 *
 *	to the box			from the box
 *	ARGV	spool, tool, arguments
 *	FILE	name below the spool	FILE	name in the next record's entry
 *	DATA	bytes of that file	DATA	bytes of that file
 *	CLOSE	the file is whole	CLOSE	the file is whole
 *	RECORD	number, entry, line	RECORD	line
 *	LINE	one without a document	LINE	one without a document
 *	END	no more will come	EXIT	wait status of the stage
 *					NOISE	what it said on stderr
 *
 * Strings of ARGV and RECORD end in NUL.  The number of a record stands in it
 *as the member DOC_BOX_KEY, too, so that it is known again when it comes back.
 */
#ifndef DOC_CHANNEL_H
#define DOC_CHANNEL_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

#define DOC_BOX_KEY "box"

enum doc_frame_type {
	DOC_FRAME_ARGV = 'A',
	DOC_FRAME_FILE = 'F',
	DOC_FRAME_DATA = 'D',
	DOC_FRAME_CLOSE = 'C',
	DOC_FRAME_RECORD = 'R',
	DOC_FRAME_LINE = 'L',
	DOC_FRAME_END = 'E',
	DOC_FRAME_NOISE = 'S',
	DOC_FRAME_EXIT = 'X'
};

enum {
	DOC_FRAME_HEAD = 8,
	DOC_FRAME_CHUNK = 256 << 10,	/* content of one DATA frame */
	DOC_FRAME_MAX = (8 << 20) + 512 /* content of any: a line, and names */
};

struct doc_frame {
	enum doc_frame_type type;
	const char *data; /* borrowed until the next fill */
	size_t len;
};

/* Append a frame. */
int doc_frame_add(struct doc_buf *out, enum doc_frame_type type, const void *p,
    size_t n) DOC_MUST_CHECK;

/* Its head alone, for content that is appended by the caller. */
int doc_frame_head(struct doc_buf *out, enum doc_frame_type type,
    size_t n) DOC_MUST_CHECK;

struct doc_frames {
	int fd;
	struct doc_buf buf;
	size_t at; /* first byte not handed out */
	bool eof;
};

void doc_frames_init(struct doc_frames *f, int fd);

/* Read once.  1 when something came or the stream ended, 0 when it would
 * block, -1 with IO. */
int doc_frames_fill(struct doc_frames *f, struct doc_error *err);

/* The next whole frame.  1, 0 when another fill is needed, -1 with PROTOCOL:
 * no frame of ours, too long, or the stream ended inside one. */
int doc_frames_next(struct doc_frames *f, struct doc_frame *frame,
    struct doc_error *err);

/* The next string of the frame, which must end in NUL; NULL: there is none. */
const char *doc_frame_string(struct doc_frame *frame);

void doc_frames_release(struct doc_frames *f);

#endif
