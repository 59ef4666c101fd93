/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
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
