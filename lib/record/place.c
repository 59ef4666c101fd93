/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/record/json.h"
#include "lib/record/place.h"

const struct doc_place doc_places[] = {
	{ "data", "size", "sha256" },
	{ "file", "bytes", "sha256" },
	{ "layout", NULL, "layout_sha256" },
	{ "merged", "merged_bytes", "merged_sha256" },
	{ "searchable_pdf", "searchable_pdf_bytes", "searchable_pdf_sha256" },
	{ 0 },
};

/* Behind the string that begins at p. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : end;
}

bool
doc_place_is(const char *key, size_t n)
{
	for (const struct doc_place *p = doc_places; p->key != NULL; p++)
		if (strlen(p->key) == n && memcmp(p->key, key, n) == 0)
			return true;
	return false;
}

int
doc_place_move(const char *json, size_t len,
    int (*move)(const char *s, size_t n, struct doc_buf *out, void *ctx),
    void *ctx, struct doc_buf *out)
{
	const char *end = json + len, *kept = json, *p = json;
	bool file = false;

	while (p < end) {
		const char *s = p;
		int rc;

		if (*p != '"') {
			p++;
			continue;
		}
		p = skip_string(s, end);
		if (p < end && *p == ':') {
			file = doc_place_is(s + 1, (size_t)(p - s) - 2);
			continue;
		}
		if (!file || p - s < 2)
			continue;
		if (doc_buf_add(out, kept, (size_t)(s + 1 - kept)) < 0)
			return -1;
		rc = move(s + 1, (size_t)(p - s) - 2, out, ctx);
		if (rc < 0)
			return rc;
		kept = p - 1;
	}
	return doc_buf_add(out, kept, (size_t)(end - kept));
}

int
doc_place_folder(const char *path, struct doc_buf *out)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	doc_json_begin(&j, &b);
	doc_json_strn(&j, NULL, path, n);
	if (j.failed || b.len < 2 ||
	    doc_buf_add(out, b.data + 1, b.len - 2) < 0)
		return -1;
	return doc_buf_addc(out, '/');
}

struct rebase {
	struct doc_buf was, is;
};

static int
rebase(const char *s, size_t n, struct doc_buf *out, void *ctx)
{
	const struct rebase *r = ctx;

	if (n < r->was.len || memcmp(s, r->was.data, r->was.len) != 0)
		return doc_buf_add(out, s, n);
	if (doc_buf_add(out, r->is.data, r->is.len) < 0)
		return -1;
	return doc_buf_add(out, s + r->was.len, n - r->was.len);
}

int
doc_rebase_files(const char *json, size_t len, const char *from, const char *to,
    struct doc_buf *out)
{
	struct rebase r = { 0 };
	int rc = doc_place_folder(from, &r.was) < 0 ||
		doc_place_folder(to, &r.is) < 0
	    ? -1
	    : doc_place_move(json, len, rebase, &r, out);

	doc_buf_release(&r.was);
	doc_buf_release(&r.is);
	return rc;
}
