/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nettle/base64.h>

#include "lib/base/base64.h"

int
doc_base64_encode(struct doc_buf *out, const void *p, size_t n)
{
	size_t len = BASE64_ENCODE_RAW_LENGTH(n);

	/* One more, so that there is a buffer even for nothing. */
	if (doc_buf_reserve(out, len + 1) < 0)
		return -1;
	base64_encode_raw(out->data + out->len, n, p);
	out->len += len;
	return 0;
}

int
doc_base64_decode(struct doc_buf *out, const char *s, size_t n)
{
	struct base64_decode_ctx ctx;
	size_t len = BASE64_DECODE_LENGTH(n);

	if (doc_buf_reserve(out, len + 1) < 0)
		return -1;
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &len, (uint8_t *)out->data + out->len,
		n, s) ||
	    !base64_decode_final(&ctx))
		return -1;
	out->len += len;
	return 0;
}
