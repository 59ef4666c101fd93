/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reason - why a result is partial, incomplete or was skipped.
 *
 * Any process.  Spellings are part of the record format (docrecord(5)): add at
 * the end, never rename.  A limit that cut a result short is named by the
 * spelling of its error code; this table holds those too, so that `reasons`
 * has one vocabulary.
 */
#ifndef DOC_REASON_H
#define DOC_REASON_H

#include "lib/base/error.h"

/* clang-format off */
#define DOC_REASONS(X) \
	X(TIMEOUT,         "timeout",         "the total clock ran out") \
	X(STALL,           "stall",           "no sign of life for the time of --stall") \
	X(CPU,             "cpu",             "the processor time ran out") \
	X(MEMORY,          "memory",          "the memory limit was hit") \
	X(OUTPUT,          "output",          "the result was cut at --max-output") \
	X(DEPTH,           "depth",           "not opened: nested deeper than --max-depth") \
	X(MEMBERS,         "members",         "more members than --max-members") \
	X(BYTES,           "bytes",           "unpacks to more bytes than --max-bytes") \
	X(PAGES,           "pages",           "more pages than --max-pages") \
	X(PIXELS,          "pixels",          "a picture larger than the pixel limit") \
	X(SIZE,            "size",            "larger than the engine's size limit") \
	X(DAMAGED,         "damaged",         "the rest is damaged") \
	X(ENCRYPTED,       "encrypted",       "part of it needs a password") \
	X(UNSUPPORTED,     "unsupported",     "no engine for this media type") \
	X(CRASH,           "crash",           "a library died on part of it") \
	X(HAS_TEXT,        "has-text",        "every page has text") \
	X(NO_TEXT,         "no-text",         "the page has no text") \
	X(IMAGE_DOMINANT,  "image-dominant",  "a picture covers the page") \
	X(GARBLED,         "garbled",         "the text layer is not readable text") \
	X(INFECTED,        "infected",        "docscan found a signature in it") \
	X(NO_DATA,         "no-data",         "the document could not be opened by doclist") \
	X(DIRECTORY,       "directory",       "a member that is a directory") \
	X(LINK,            "link",            "a member that is a link; never followed") \
	X(SPECIAL,         "special-file",    "a member that is a device or fifo; never made") \
	X(TEST_SIGNATURES, "test-signatures", "only the built-in test signatures were loaded") \
	X(RECURSION,       "recursion",       "nested deeper than the engine's limit") \
	X(FILES,           "files",           "more files inside than the engine's limit") \
	X(TIME,            "time",            "the engine's time limit was hit") \
	X(REPAIRED,        "repaired",        "broken structure was repaired by the library") \
	X(FONTS,           "fonts",           "fonts were missing") \
	X(ERRORS,          "errors",          "parts of it failed; see error") \
	X(CONTAINER,       "container",       "its members have records of their own") \
	X(ALLOWED,         "allowed",         "its digest is on the list of --allow") \
	X(QUOTA,           "quota",           "its tenant had used up what it may have") \
	X(SUSPENDED,       "suspended",       "its tenant's documents crashed too many workers") \
	X(REJECTED,        "rejected",        "the OCR service or command refuses a page") \
	X(SERVICE,         "service",         "the OCR service or command failed or is away") \
	X(OFF,             "off",             "not wanted: --ocr=never") \
	X(VOLUMES,         "volumes",         "one of several files that only together can be opened")

enum doc_reason {
	DOC_R_NONE,
#define X(id, name, text) DOC_R_##id,
	DOC_REASONS(X)
#undef X
	DOC_R_COUNT
};
/* clang-format on */

/* Spelling and explanation; static strings. */
const char *doc_reason_name(enum doc_reason reason);
const char *doc_reason_text(enum doc_reason reason);

/* The reason that names the same limit as an error code, or DOC_R_NONE. */
enum doc_reason doc_reason_of(enum doc_code code);

#endif
