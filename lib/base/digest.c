/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nettle/sha2.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/io.h"

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct doc_digest),
    "room for nettle's context");

static struct sha256_ctx *
ctx(struct doc_digest *d)
{
	return (struct sha256_ctx *)(void *)d->state;
}

void
doc_digest_init(struct doc_digest *d)
{
	sha256_init(ctx(d));
}

void
doc_digest_add(struct doc_digest *d, const void *p, size_t n)
{
	sha256_update(ctx(d), n, p);
}

void
doc_digest_field(struct doc_digest *d, const void *p, size_t n)
{
	unsigned char len[8];

	for (int i = 0; i < 8; i++)
		len[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	doc_digest_add(d, len, sizeof(len));
	doc_digest_add(d, p, n);
}

void
doc_digest_hex(struct doc_digest *d, char out[static DOC_DIGEST_HEX])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t raw[DOC_DIGEST_BYTES];

	sha256_digest(ctx(d), sizeof(raw), raw);
	for (size_t i = 0; i < sizeof(raw); i++) {
		out[2 * i] = hex[raw[i] >> 4];
		out[2 * i + 1] = hex[raw[i] & 15];
	}
	out[2 * sizeof(raw)] = '\0';
}

void
doc_digest_raw(struct doc_digest *d, unsigned char out[DOC_DIGEST_BYTES])
{
	sha256_digest(ctx(d), DOC_DIGEST_BYTES, out);
}

int
doc_digest_fd(int fd, char out[static DOC_DIGEST_HEX], uint64_t *bytes)
{
	unsigned char block[1 << 16];
	struct doc_digest d;
	uint64_t all = 0;
	ssize_t n;

	doc_digest_init(&d);
	while ((n = doc_read_full(fd, block, sizeof(block))) > 0) {
		doc_digest_add(&d, block, (size_t)n);
		all += (uint64_t)n;
	}
	if (n < 0)
		return -1;
	doc_digest_hex(&d, out);
	if (bytes != NULL)
		*bytes = all;
	return 0;
}

static unsigned
nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void
doc_digest_unhex(const char *hex, unsigned char out[DOC_DIGEST_BYTES])
{
	for (size_t i = 0; i < DOC_DIGEST_BYTES; i++)
		out[i] = (unsigned char)(nibble(hex[2 * i]) << 4 |
		    nibble(hex[2 * i + 1]));
}

bool
doc_digest_is_hex(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}
