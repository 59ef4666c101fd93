/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest - SHA-256 (nettle; 1.1 GB/s with SHA-NI).
 *
 * Any process.
 */
#ifndef DOC_DIGEST_H
#define DOC_DIGEST_H

#include "lib/base/base.h"

enum {
	DOC_DIGEST_BYTES = 32,
	DOC_DIGEST_HEX = 2 * DOC_DIGEST_BYTES + 1 /* with NUL */
};

struct doc_digest {
	uint64_t state[32]; /* room for nettle's context */
};

void doc_digest_init(struct doc_digest *d);
void doc_digest_add(struct doc_digest *d, const void *p, size_t n);
/* 8 bytes of length, then the bytes: no two lists of strings run together. */
void doc_digest_field(struct doc_digest *d, const void *p, size_t n);
void doc_digest_hex(struct doc_digest *d, char out[static DOC_DIGEST_HEX]);

void doc_digest_raw(struct doc_digest *d, unsigned char out[DOC_DIGEST_BYTES]);

/* Of all that can be read from fd; *bytes, unless NULL, is how much that was.
 * -1 with errno. */
int doc_digest_fd(int fd, char out[static DOC_DIGEST_HEX], uint64_t *bytes);

/* The bytes of what doc_digest_hex wrote. */
void doc_digest_unhex(const char *hex, unsigned char out[DOC_DIGEST_BYTES]);

/* 64 lower-case hexadecimal digits? */
bool doc_digest_is_hex(const char *s);

#endif
