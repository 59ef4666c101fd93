/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/listing.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/format/survey.h"
#include "lib/format/unpack.h"

enum { NAME_SHOWN = 300 }; /* bytes */

/* The name as stored; it may hold anything, but a line must stay one. */
static void
add_line(struct doc_buf *raw, const char *name)
{
	size_t from = raw->len;

	doc_buf_add(raw, name, strnlen(name, NAME_SHOWN));
	for (size_t i = from; i < raw->len; i++)
		if ((unsigned char)raw->data[i] < ' ' || raw->data[i] == 0x7f)
			raw->data[i] = '?';
	doc_buf_addc(raw, '\n');
}

/* Files that are listed; more than `max`: there are more.  -1: none can be. */
static int
collect(const struct doc_input *in, unsigned max, struct doc_buf *raw,
    struct doc_error *err)
{
	struct doc_unpack *u;
	enum doc_unpack_status st = DOC_UNPACK_OK;
	unsigned n = 0;

	if (doc_unpack_open(in->data, in->size, DOC_UNPACK_ANY, &u, err) < 0)
		return -1;
	while (n <= max) {
		struct doc_unpack_entry e = { 0 };

		st = doc_unpack_next(u, &e);
		if (st == DOC_UNPACK_END || st == DOC_UNPACK_DEAD)
			break;
		if (e.type != DOC_UNPACK_DIRECTORY && n++ < max)
			add_line(raw, e.name ? e.name : "?");
	}
	if (n == 0 && st == DOC_UNPACK_DEAD)
		doc_unpack_error(u, err);
	doc_unpack_free(u);
	return n == 0 && err->code != DOC_E_NONE ? -1 : (int)n;
}

/* Names of old archives are in the charset of who packed them; all together
 * they tell which. */
static int
to_utf8(const struct doc_buf *raw, struct doc_buf *out)
{
	char name[DOC_CHARSET_NAME];
	struct doc_charset *cs = NULL;
	int rc;

	if (doc_utf8_valid(raw->data, raw->len) < raw->len) {
		doc_survey_choose(NULL, raw->data, raw->len, name);
		cs = doc_charset_open(name);
	}
	if (!cs)
		return doc_utf8_repair(out, raw->data, raw->len) < 0 ? -1 : 0;
	rc = doc_charset_put(cs, raw->data, raw->len, true, out);
	doc_charset_free(cs);
	return rc;
}

int
doc_listing(const struct doc_input *in, unsigned max, struct doc_buf *out,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf raw = { 0 };
	int n = collect(in, max, &raw, err);

	if (n < 0)
		return -1;
	if (to_utf8(&raw, out) < 0 ||
	    (n > (int)max && doc_buf_adds(out, "…\n") < 0))
		return doc_error_set(err, DOC_E_MEMORY, "no memory");
	return 0;
}
