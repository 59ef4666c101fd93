/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/format/inflate.h"

/* Window bits as inflateInit2 wants them: negative is raw, +16 is gzip. */
#define RAW_BITS  (-15)
#define GZIP_BITS (15 + 16)
#define ZLIB_BITS 15

static int
inflate_all(z_stream *z, const char *src, size_t n, doc_inflate_sink *sink,
    void *ctx, struct doc_error *err)
{
	char out[32768];
	size_t used = 0;
	int rc = Z_OK, stop;

	while (rc != Z_STREAM_END) {
		if (z->avail_in == 0) {
			size_t step = DOC_MIN(n - used, (size_t)UINT_MAX);

			z->next_in = (z_const Bytef *)(src + used);
			z->avail_in = (uInt)step;
			used += step;
		}
		z->next_out = (Bytef *)out;
		z->avail_out = sizeof(out);
		rc = inflate(z, Z_NO_FLUSH);
		if (z->avail_out < sizeof(out)) {
			stop = sink(ctx, out, sizeof(out) - z->avail_out, err);
			if (stop != 0)
				return stop;
		}
		if (rc == Z_MEM_ERROR)
			return doc_error_set(err, DOC_E_MEMORY, "inflate");
		if (rc != Z_OK && rc != Z_STREAM_END)
			return doc_error_set(err, DOC_E_DAMAGED,
			    "compressed data %s",
			    rc == Z_BUF_ERROR ? "is cut short" : "is broken");
	}
	return 0;
}

int
doc_inflate(const char *src, size_t n, enum doc_inflate_kind kind,
    doc_inflate_sink *sink, void *ctx, struct doc_error *err)
{
	static const int bits[] = { [DOC_INFLATE_RAW] = RAW_BITS,
		[DOC_INFLATE_GZIP] = GZIP_BITS,
		[DOC_INFLATE_ZLIB] = ZLIB_BITS };
	z_stream z = { 0 };
	int rc;

	if (inflateInit2(&z, bits[kind]) != Z_OK)
		return doc_error_set(err, DOC_E_MEMORY, "inflate");
	rc = inflate_all(&z, src, n, sink, ctx, err);
	(void)inflateEnd(&z);
	return rc;
}

/* As much as stays in a second-level cache while it is read. */
#define PIECE ((size_t)128 << 10)

struct doc_gunzip {
	z_stream z;
	gz_header first;
	const char *src;
	size_t size, used; /* used: handed to zlib so far */
	int rc;		   /* of the last inflate() */
	char name[1024];
	char out[PIECE];
};

/* Magic and the only method there is (RFC 1952 section 2.3.1). */
bool
doc_gunzip_fits(const char *data, size_t size)
{
	return size > 2 && memcmp(data, "\x1f\x8b\x08", 3) == 0;
}

int
doc_gunzip_open(const char *data, size_t size, struct doc_gunzip **gp,
    struct doc_error *err)
{
	struct doc_gunzip *g = calloc(1, sizeof(*g));

	if (g == NULL || inflateInit2(&g->z, GZIP_BITS) != Z_OK) {
		free(g);
		return doc_error_set(err, DOC_E_MEMORY, "inflate");
	}
	g->src = data;
	g->size = size;
	g->rc = Z_OK;
	/* Its last byte stays 0, however long the name. */
	g->first.name = (Bytef *)g->name;
	g->first.name_max = sizeof(g->name) - 1;
	(void)inflateGetHeader(&g->z, &g->first);
	*gp = g;
	return 0;
}

static void
feed(struct doc_gunzip *g)
{
	size_t step = DOC_MIN(g->size - g->used, (size_t)UINT_MAX);

	if (g->z.avail_in > 0)
		return;
	g->z.next_in = (z_const Bytef *)(g->src + g->used);
	g->z.avail_in = (uInt)step;
	g->used += step;
}

/* Is there another member behind the one that ended? */
static bool
next_member(struct doc_gunzip *g)
{
	size_t at = g->used - g->z.avail_in;

	return doc_gunzip_fits(g->src + at, g->size - at) &&
	    inflateReset(&g->z) == Z_OK;
}

ssize_t
doc_gunzip_next(struct doc_gunzip *g, const char **p, struct doc_error *err)
{
	g->z.next_out = (Bytef *)g->out;
	g->z.avail_out = sizeof(g->out);
	while (g->rc == Z_OK && g->z.avail_out > 0) {
		feed(g);
		g->rc = inflate(&g->z, Z_NO_FLUSH);
		if (g->rc == Z_STREAM_END && next_member(g))
			g->rc = Z_OK;
	}
	*p = g->out;
	if (g->z.avail_out < sizeof(g->out))
		return (ssize_t)(sizeof(g->out) - g->z.avail_out);
	if (g->rc == Z_STREAM_END)
		return 0;
	if (g->rc == Z_MEM_ERROR)
		return doc_error_set(err, DOC_E_MEMORY, "inflate");
	return doc_error_set(err, DOC_E_DAMAGED, "gzip data %s",
	    g->rc == Z_BUF_ERROR   ? "is cut short"
		: g->z.msg != NULL ? g->z.msg
				   : "is broken");
}

const char *
doc_gunzip_name(const struct doc_gunzip *g, uint32_t *mtime)
{
	*mtime = (uint32_t)g->first.time;
	/* zlib takes the name away where there is none. */
	return g->first.name != NULL ? g->name : NULL;
}

void
doc_gunzip_free(struct doc_gunzip *g)
{
	if (g == NULL)
		return;
	(void)inflateEnd(&g->z);
	free(g);
}

uint32_t
doc_inflate_crc(uint32_t crc, const char *p, size_t n)
{
	while (n > 0) {
		uInt step = (uInt)DOC_MIN(n, (size_t)UINT_MAX);

		crc = (uint32_t)crc32(crc, (const Bytef *)p, step);
		p += step;
		n -= step;
	}
	return crc;
}
