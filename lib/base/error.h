/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error - why a document, or a whole stage, could not be processed.
 *
 * Any process.  A doc_error lives on the caller's stack and owns nothing, so
 * it can report that memory ran out.  All zero means "no error".
 *
 * Convention: a function that can fail takes `struct doc_error *err` last,
 * returns 0 or -1, and leaves its other outputs untouched when it fails.
 */
#ifndef DOC_ERROR_H
#define DOC_ERROR_H

#include "lib/base/base.h"

/* Who has to act.  Spelled out in records. */
enum doc_class {
	DOC_CLASS_NONE,
	DOC_CLASS_INPUT,  /* look at the file: damaged, locked, unsupported */
	DOC_CLASS_LIMIT,  /* raise a limit, or accept */
	DOC_CLASS_CRASH,  /* a library died on it; the batch is fine */
	DOC_CLASS_POLICY, /* a worker tried something forbidden */
	DOC_CLASS_SYSTEM, /* the machine's fault: disk, memory, kernel; retry */
	DOC_CLASS_COUNT
};

/*
 * What happened.  The spellings are part of the record format (docrecord(5)):
 * add at the end of a class, never rename, never reuse.  The text is the
 * manual's explanation.
 */
/* clang-format off */
#define DOC_ERRORS(X) \
	X(NOT_FOUND,    INPUT,  "not-found",    "no file of that name") \
	X(PERMISSION,   INPUT,  "permission",   "the file may not be opened") \
	X(SPECIAL,      INPUT,  "special-file", "not a regular file: a fifo, socket or device") \
	X(SYMLINK,      INPUT,  "symlink",      "the name is, or goes through, a symbolic link") \
	X(OUTSIDE,      INPUT,  "outside-root", "the name leads out of every --root") \
	X(NAME,         INPUT,  "name",         "the name cannot be used: empty, too long, or with a NUL") \
	X(DAMAGED,      INPUT,  "damaged",      "the content breaks the rules of its format") \
	X(ENCRYPTED,    INPUT,  "encrypted",    "a password is needed") \
	X(UNSUPPORTED,  INPUT,  "unsupported",  "a format, method or feature no engine here reads") \
	X(CHANGED,      INPUT,  "changed",      "the file was changed or cut after it was listed") \
	X(REJECTED,     INPUT,  "rejected",     "the OCR service or command refuses the page") \
	X(VOLUMES,      INPUT,  "volumes",      "a file of an archive in several is missing, or cannot be joined") \
	X(TIMEOUT,      LIMIT,  "timeout",      "the total clock of the document ran out") \
	X(STALL,        LIMIT,  "stall",        "no sign of life for the time of --stall") \
	X(CPU,          LIMIT,  "cpu",          "the processor time of the document ran out") \
	X(MEMORY,       LIMIT,  "memory",       "the memory limit was hit") \
	X(OUTPUT,       LIMIT,  "output",       "the result is larger than --max-output") \
	X(DEPTH,        LIMIT,  "depth",        "containers nested deeper than --max-depth") \
	X(MEMBERS,      LIMIT,  "members",      "more members than --max-members") \
	X(BYTES,        LIMIT,  "bytes",        "unpacks to more bytes than --max-bytes for one input") \
	X(PAGES,        LIMIT,  "pages",        "more pages than --max-pages") \
	X(PIXELS,       LIMIT,  "pixels",       "more pixels than the limit for one picture") \
	X(SIZE,         LIMIT,  "size",         "the input is larger than the limit for one file") \
	X(RECORD,       LIMIT,  "record",       "the record would exceed the line limit") \
	X(TEMP,         LIMIT,  "temp",         "the temporary space of the worker ran out") \
	X(SEGV,         CRASH,  "segv",         "segmentation fault in a library") \
	X(ABORT,        CRASH,  "abort",        "a library gave up: abort or failed assertion") \
	X(STACK,        CRASH,  "stack",        "stack overflow in a library") \
	X(KILLED,       CRASH,  "killed",       "the worker was killed by a signal") \
	X(NO_ANSWER,    CRASH,  "no-answer",    "the worker ended without an answer") \
	X(POISON,       CRASH,  "poison",       "it ended its stage twice, and is not tried again") \
	X(SYSCALL,      POLICY, "syscall",      "the worker made a system call its profile forbids") \
	X(PROTOCOL,     POLICY, "protocol",     "the worker sent something that is not a valid answer") \
	X(IO,           SYSTEM, "io",           "reading or writing failed") \
	X(NO_SPACE,     SYSTEM, "no-space",     "no space left on the device") \
	X(NO_MEMORY,    SYSTEM, "no-memory",    "the machine has no memory left") \
	X(RESOURCE,     SYSTEM, "resource",     "out of file descriptors, processes or the like") \
	X(SPAWN,        SYSTEM, "spawn",        "a worker could not be started") \
	X(ENGINE,       SYSTEM, "engine",       "the engine could not be loaded or failed its test") \
	X(SANDBOX,      SYSTEM, "sandbox",      "the required sandbox is not available") \
	X(STREAM,       SYSTEM, "stream",       "the input stream is broken or incomplete") \
	X(USAGE,        SYSTEM, "usage",        "the command line is wrong") \
	X(LOST,         SYSTEM, "lost",         "a stage of the user's own gave no record for it") \
	X(SERVICE,      SYSTEM, "service",      "the OCR service or command failed or is away")

enum doc_code {
	DOC_E_NONE,
#define X(code, cls, name, text) DOC_E_##code,
	DOC_ERRORS(X)
#undef X
	DOC_E_COUNT
};
/* clang-format on */

struct doc_error {
	enum doc_code code;
	int sys;       /* errno where it went wrong, or 0 */
	char msg[240]; /* for people: UTF-8, one line, may be cut short */
};

/*
 * Fill *err and return -1, so that failing is one statement:
 *	return doc_error_set(err, DOC_E_DEPTH, "%u levels", depth);
 * Keeps errno in err->sys.  The first error wins; later ones are ignored, so
 * clean-up code cannot hide the cause.  Bytes in msg that are not printable
 * UTF-8 become '?'.
 */
int doc_error_set(struct doc_error *err, enum doc_code code, const char *fmt,
    ...) DOC_PRINTF(3, 4);

/* As above for a failed system call: picks the code from errno (NOT_FOUND,
 * PERMISSION, SYMLINK, NO_SPACE, NO_MEMORY, RESOURCE, else IO) and appends
 * ": strerror". */
int doc_error_sys(struct doc_error *err, const char *fmt, ...) DOC_PRINTF(2, 3);

enum doc_class doc_error_class(enum doc_code code);

/* Spellings for records: "depth", "limit"; explanation for the manual. */
const char *doc_error_name(enum doc_code code);
const char *doc_error_text(enum doc_code code);
const char *doc_class_name(enum doc_class cls);

#endif
