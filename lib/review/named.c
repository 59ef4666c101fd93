/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/digest.h"
#include "lib/review/named.h"

/* A digest that is all zero would be an empty place; there is none known. */
static void
key_of(const char *path, size_t len, uint8_t key[static 16])
{
	unsigned char all[DOC_DIGEST_BYTES];
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_add(&d, path, len);
	doc_digest_raw(&d, all);
	memcpy(key, all, 16);
}

static bool
is_empty(const uint8_t key[static 16])
{
	static const uint8_t none[16];

	return memcmp(key, none, 16) == 0;
}

static uint8_t *
place(const struct doc_named *n, const uint8_t key[static 16])
{
	uint64_t h;
	size_t i;

	memcpy(&h, key, sizeof(h));
	for (i = (size_t)h & (n->room - 1);
	     !is_empty(n->at[i]) && memcmp(n->at[i], key, 16) != 0;)
		i = (i + 1) & (n->room - 1);
	return n->at[i];
}

static int
add(struct doc_named *n, const char *path, size_t len)
{
	uint8_t key[16], *to;

	if (n->count * 2 >= n->room) {
		struct doc_named more = { .count = n->count,
			.room = n->room ? n->room * 2 : 1024 };

		more.at = calloc(more.room, sizeof(*more.at));
		if (more.at == NULL)
			return -1;
		for (size_t i = 0; i < n->room; i++)
			if (!is_empty(n->at[i]))
				memcpy(place(&more, n->at[i]), n->at[i], 16);
		free(n->at);
		*n = more;
	}
	key_of(path, len, key);
	to = place(n, key);
	n->count += is_empty(to);
	memcpy(to, key, 16);
	return 0;
}

/* As JSON has the path, so that it can be looked for in a line; what follows it
 * are our own names, which need no escapes. */
static int
quoted(const char *spool, struct doc_buf *out)
{
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_str(&j, NULL, spool);
	if (j.failed)
		return -1;
	out->data[out->len - 1] = '/'; /* for the closing quote */
	return 0;
}

int
doc_named_add(struct doc_named *n, const char *spool, struct doc_records *r,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf head = { 0 };
	int rc;

	if (quoted(spool, &head) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	while ((rc = doc_records_next(r, err)) > 0) {
		const char *p = r->rec.line, *end = p + r->rec.len;

		while ((p = memmem(p, (size_t)(end - p), head.data,
			    head.len)) != NULL) {
			const char *q;

			p += head.len;
			q = memchr(p, '"', (size_t)(end - p));
			if (q != NULL && add(n, p, (size_t)(q - p)) < 0)
				return doc_error_set(err, DOC_E_NO_MEMORY,
				    "no memory");
		}
	}
	return rc;
}

bool
doc_named_has(const struct doc_named *n, const char *path)
{
	uint8_t key[16];

	if (n->room == 0)
		return false;
	key_of(path, strlen(path), key);
	return !is_empty(place(n, key));
}

void
doc_named_release(struct doc_named *n)
{
	free(doc_steal(&n->at));
	n->count = n->room = 0;
}
