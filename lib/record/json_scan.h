/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_scan - the scanner below the index of a line and the tree of a value.
 *
 * Private to json.c and value.c; any process; pure, and no memory of its own.
 * It accepts RFC 8259 with UTF-8 and whole surrogate pairs, no deeper than
 * DOC_JSON_DEPTH.  Where `nodes` is given it also tells what it sees.
 */
#ifndef DOC_JSON_SCAN_H
#define DOC_JSON_SCAN_H

#include "lib/record/json.h"

/* A value as the scanner met it; what a value holds follows it, and its own
 * members theirs. */
struct doc_value {
	const char *text; /* its first byte */
	const char *key;  /* of the member it is, behind the quote, or NULL */
	uint32_t len;	  /* bytes of text */
	uint32_t key_len;
	uint32_t span; /* values, itself and all in it */
};

struct doc_scan {
	const char *p, *end;
	const char *why;	 /* static, after a failure */
	size_t values;		 /* met so far, each container one of them */
	struct doc_value *nodes; /* NULL, or room for all values */
	const char *key;	 /* of the value to come, as in doc_value */
	uint32_t key_len;
};

/* All but the last: 0, or -1 and why; p is where it went wrong. */
int doc_scan_fail(struct doc_scan *s, const char *why);
/* "key": and the blanks around it. */
int doc_scan_key(struct doc_scan *s);
/* One value that is in `depth` others, and the blanks before it. */
int doc_scan_value(struct doc_scan *s, unsigned depth);
void doc_scan_blanks(struct doc_scan *s);

/* The next character of a string known to be valid, escapes resolved, as the
 * bytes of its UTF-8 form: the first is the highest that is not zero. */
uint32_t doc_scan_rune(struct doc_scan *s);

#endif
