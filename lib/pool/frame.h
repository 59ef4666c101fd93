/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame - messages between supervisor, zygote and worker.
 *
 * All three processes.  SOCK_SEQPACKET sockets: one message is one frame, a
 * fixed header and at most DOC_FRAME_MAX bytes, with up to DOC_FRAME_FDS file
 * descriptors.  What a worker sends is hostile: whoever receives checks the
 * length against the header, the type against the state and the payload
 * against its table (answer.h).
 */
#ifndef DOC_FRAME_H
#define DOC_FRAME_H

#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/record/field.h"

enum { DOC_FRAME_MAX = 48 << 10, DOC_FRAME_FDS = 2 };

/* Content of a member that goes in one frame with its fields. */
enum { DOC_FRAME_CONTENT = 32 << 10 };

enum doc_frame_type {
	/* supervisor to zygote */
	DOC_FRAME_SPAWN = 1, /* + the worker's socket, its slot or none */
	DOC_FRAME_KILL,
	DOC_FRAME_DRAIN, /* no more spawns; end when the last worker has */
	/* zygote to supervisor */
	DOC_FRAME_READY,  /* struct doc_ready, then engine facts */
	DOC_FRAME_BROKEN, /* struct doc_failure: could not load or fork */
	DOC_FRAME_EXITED, /* struct doc_exited */
	/* supervisor to worker */
	DOC_FRAME_JOB,	     /* fields; + document, + output file */
	DOC_FRAME_MEMBER_FD, /* uint64_t: its room; + an empty file */
	DOC_FRAME_MEMBER_NO, /* struct doc_failure: the budget is spent */
	/* worker to supervisor */
	DOC_FRAME_FIELDS,
	DOC_FRAME_REASON,   /* uint32_t */
	DOC_FRAME_PROGRESS, /* struct doc_progress */
	DOC_FRAME_MEMBER_OPEN,
	DOC_FRAME_MEMBER_CLOSE, /* struct doc_failure, then fields */
	DOC_FRAME_MEMBER_PUT,	/* uint32_t: bytes of fields; fields, content */
	DOC_FRAME_DONE,		/* the last fields */
	DOC_FRAME_FAIL,		/* struct doc_failure */
	DOC_FRAME_TRACE,	/* int32_t: the forbidden call of cage.h */
	DOC_FRAME_TYPES
};

struct doc_frame_head {
	uint32_t type;
	uint32_t id;  /* worker (zygote frames) or job (worker frames) */
	uint32_t len; /* bytes of payload */
};

struct doc_frame {
	struct doc_frame_head head;
	char data[DOC_FRAME_MAX];
	int fds[DOC_FRAME_FDS]; /* received; owned by who received; else -1 */
};

struct doc_failure {
	uint32_t code;	 /* enum doc_code */
	uint32_t reason; /* enum doc_reason, of a member */
	char msg[200];	 /* NUL-ended */
};

struct doc_ready {
	uint32_t missing; /* bits of enum doc_mechanism */
	int32_t landlock_abi;
};

struct doc_exited {
	int32_t wstatus;
	uint32_t cpu_ms;
	uint32_t minor_faults;
	uint32_t major_faults;
};

struct doc_progress {
	uint32_t done, total;
	uint64_t bytes;
};

/* -1 with errno when the other side is gone (EPIPE) or, on a non-blocking
 * socket, full (EAGAIN).  Never raises SIGPIPE. */
int doc_frame_send(int sock, enum doc_frame_type type, uint32_t id,
    const void *data, size_t len, const int fds[DOC_FRAME_FDS]);

/* Worker: the same without fds, by a call that cannot carry any, so that its
 * profile needs no other.  Raises SIGPIPE when the supervisor is gone. */
int doc_frame_write(int sock, enum doc_frame_type type, uint32_t id,
    const void *data, size_t len);

/* Receive one frame.  1, 0 at end of stream, -1 with errno: EAGAIN, or EPROTO
 * for a message that is not a frame. */
int doc_frame_recv(int sock, struct doc_frame *frame);
/* The same without waiting: EAGAIN when there is none. */
int doc_frame_try(int sock, struct doc_frame *frame);
void doc_frame_close_fds(struct doc_frame *frame);

/* Append one field to a payload. */
int doc_field_put(struct doc_buf *buf, enum doc_field field, const void *p,
    size_t n);

/* Take the next field off a payload.  1, 0 at the end, -1 malformed. */
struct doc_field_view {
	unsigned field;
	const char *p;
	size_t n;
};
int doc_field_next(const char **at, const char *end,
    struct doc_field_view *view);

/* An error as it crosses a socket, and back (codes are checked). */
void doc_failure_pack(struct doc_failure *f, const struct doc_error *err);
int doc_failure_unpack(const void *p, size_t n, struct doc_error *err);

#endif
