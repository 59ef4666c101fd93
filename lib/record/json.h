/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json - index the top-level members of a line; write JSON.
 *
 * Any process; pure.  The indexer is a validating scanner (RFC 8259, UTF-8,
 * depth at most DOC_JSON_DEPTH), so that a stage copies what it does not read
 * byte for byte instead of parsing it: 1 GB/s against 120 MB/s.  It is in
 * json.c, the writer in json_write.c.
 */
#ifndef DOC_JSON_H
#define DOC_JSON_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { DOC_JSON_DEPTH = 32, DOC_JSON_MEMBERS = 256 };

/* One member of the top-level object, as offsets into the line. */
struct doc_json_member {
	uint32_t start;		   /* of the opening quote of the key */
	uint32_t key, key_len;	   /* between the quotes, still escaped */
	uint32_t value, value_len; /* without white space around it */
	bool escaped;		   /* there is a backslash in the key */
};

/*
 * Index line[0..len), which must be one JSON object and nothing else.  Returns
 * the number of members, or -1: not JSON, not UTF-8, too deep, more than
 * DOC_JSON_MEMBERS, a key twice, or 4 GiB and more; *why tells (static) and
 * *at the offset.
 */
int doc_json_index(const char *line, size_t len,
    struct doc_json_member members[static DOC_JSON_MEMBERS], const char **why,
    size_t *at);

/* Are two valid strings, without their quotes and still escaped, the same? */
bool doc_json_same(const char *a, size_t a_len, const char *b, size_t b_len);

/* Writes to a buffer; a failure (buffer full) sticks and is asked for once. */
struct doc_json {
	struct doc_buf *buf;
	bool comma;
	bool failed;
};

void doc_json_begin(struct doc_json *j, struct doc_buf *buf);
/* key NULL inside arrays; bracket is '{' or '['. */
void doc_json_open(struct doc_json *j, const char *key, char bracket);
void doc_json_close(struct doc_json *j, char bracket);
void doc_json_str(struct doc_json *j, const char *key, const char *s);
/* n bytes that must be valid UTF-8. */
void doc_json_strn(struct doc_json *j, const char *key, const char *s,
    size_t n);
void doc_json_int(struct doc_json *j, const char *key, int64_t v);
void doc_json_bool(struct doc_json *j, const char *key, bool v);
/* "error":{class,code,msg}; nothing when there is none. */
void doc_error_write(const struct doc_error *err, struct doc_json *j);
/* Ready-made JSON. */
void doc_json_raw(struct doc_json *j, const char *key, const char *p, size_t n);

#endif
