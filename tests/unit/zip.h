/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zip - stored zip packages made in memory, for tests. */
#ifndef DOC_ZIP_H
#define DOC_ZIP_H

#include <string.h>

#include "lib/base/buf.h"

struct zip {
	struct doc_buf out, directory;
	unsigned count;
};

static void
zip_le(struct doc_buf *b, uint32_t v, unsigned bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		doc_buf_addc(b, (char)v);
}

static uint32_t
zip_crc(const char *p, size_t n)
{
	uint32_t c = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		c ^= (unsigned char)p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

/* What local and central headers have in common (APPNOTE 4.3.7, 4.3.12). */
static void
zip_header(struct doc_buf *b, const char *name, const char *data)
{
	uint32_t n = (uint32_t)strlen(data);

	zip_le(b, 20, 2);
	zip_le(b, 0, 2); /* flags */
	zip_le(b, 0, 2); /* stored */
	zip_le(b, 0, 4); /* time */
	zip_le(b, zip_crc(data, n), 4);
	zip_le(b, n, 4);
	zip_le(b, n, 4);
	zip_le(b, (uint32_t)strlen(name), 2);
	zip_le(b, 0, 2);
}

static void
zip_add(struct zip *z, const char *name, const char *data)
{
	uint32_t at = (uint32_t)z->out.len;

	doc_buf_adds(&z->out, "PK\3\4");
	zip_header(&z->out, name, data);
	doc_buf_adds(&z->out, name);
	doc_buf_adds(&z->out, data);
	doc_buf_adds(&z->directory, "PK\1\2");
	zip_le(&z->directory, 20, 2);
	zip_header(&z->directory, name, data);
	zip_le(&z->directory, 0, 2); /* comment */
	zip_le(&z->directory, 0, 4); /* disk, internal attributes */
	zip_le(&z->directory, 0, 4);
	zip_le(&z->directory, at, 4);
	doc_buf_adds(&z->directory, name);
	z->count++;
}

static void
zip_end(struct zip *z)
{
	uint32_t at = (uint32_t)z->out.len;

	doc_buf_add(&z->out, z->directory.data, z->directory.len);
	doc_buf_adds(&z->out, "PK\5\6");
	zip_le(&z->out, 0, 4);
	zip_le(&z->out, z->count, 2);
	zip_le(&z->out, z->count, 2);
	zip_le(&z->out, (uint32_t)z->directory.len, 4);
	zip_le(&z->out, at, 4);
	zip_le(&z->out, 0, 2);
}

static void
zip_release(struct zip *z)
{
	doc_buf_release(&z->out);
	doc_buf_release(&z->directory);
	z->count = 0;
}

#endif
