/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/listing.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/unpack.h"

static int
add_line(struct doc_buf *out, const struct doc_unpack_entry *e)
{
	size_t from = out->len;
	const char *name = e->name ? e->name : "?";

	if (doc_utf8_repair(out, name, strnlen(name, 300)) < 0)
		return -1;
	/* A name may hold anything; a line must stay one. */
	for (size_t i = from; i < out->len; i++)
		if ((unsigned char)out->data[i] < ' ' || out->data[i] == 0x7f)
			out->data[i] = '?';
	return doc_buf_addc(out, '\n');
}

int
doc_listing(const struct doc_input *in, unsigned max, struct doc_buf *out,
    struct doc_error *err)
{
	struct doc_unpack *u;
	struct doc_unpack_entry e;
	enum doc_unpack_status st = DOC_UNPACK_OK;
	unsigned n = 0;

	if (doc_unpack_open(in->data, in->size, DOC_UNPACK_ANY, &u, err) < 0)
		return -1;
	while (n <= max) {
		e = (struct doc_unpack_entry){ 0 };
		st = doc_unpack_next(u, &e);
		if (st == DOC_UNPACK_END || st == DOC_UNPACK_DEAD)
			break;
		if (e.type == DOC_UNPACK_DIRECTORY)
			continue;
		if (n++ < max && add_line(out, &e) < 0)
			break;
	}
	if (n > max)
		doc_buf_adds(out, "…\n");
	if (n == 0 && st == DOC_UNPACK_DEAD)
		doc_unpack_error(u, err);
	doc_unpack_free(u);
	return n == 0 && err->code != DOC_E_NONE ? -1 : 0;
}
