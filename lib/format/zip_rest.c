/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "lib/base/le.h"
#include "lib/format/package_impl.h"
#include "lib/format/zip_rest.h"

struct doc_zip_rest {
	struct doc_package *pkg;
	size_t *order; /* part numbers by place */
	size_t next;
	const struct doc_part *part;
};

static int
by_place(const void *a, const void *b, void *ctx)
{
	const struct doc_package *pkg = ctx;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	uint64_t x = pkg->part[i].offset, y = pkg->part[k].offset;

	return x != y ? (x > y) - (x < y) : (i > k) - (i < k);
}

struct doc_zip_rest *
doc_zip_rest_open(const struct doc_input *in, uint64_t skip)
{
	struct doc_zip_rest *rest = calloc(1, sizeof(*rest));
	struct doc_error err = { 0 };

	if (rest == NULL || doc_package_peek(in, &rest->pkg, &err) < 0)
		goto none;
	rest->next = skip;
	if (rest->pkg->streamed || skip >= rest->pkg->count)
		goto none;
	rest->order = calloc(rest->pkg->count, sizeof(*rest->order));
	if (rest->order == NULL)
		goto none;
	for (size_t i = 0; i < rest->pkg->count; i++)
		rest->order[i] = i;
	qsort_r(rest->order, rest->pkg->count, sizeof(*rest->order), by_place,
	    rest->pkg);
	return rest;
none:
	doc_zip_rest_free(rest);
	return NULL;
}

/* APPNOTE.TXT 4.4.6: days and hours of wherever it was written; taken for UTC,
 * as libarchive takes it here. */
static int64_t
time_of(const char *head)
{
	unsigned t = doc_le16(head + 10), d = doc_le16(head + 12);
	struct tm tm = { .tm_sec = (int)(t & 31) * 2,
		.tm_min = (int)(t >> 5 & 63),
		.tm_hour = (int)(t >> 11),
		.tm_mday = (int)(d & 31),
		.tm_mon = (int)(d >> 5 & 15) - 1,
		.tm_year = (int)(d >> 9) + 80 };

	return timegm(&tm);
}

bool
doc_zip_rest_next(struct doc_zip_rest *rest, struct doc_unpack_entry *e)
{
	const struct doc_package *pkg = rest->pkg;
	size_t n;

	if (rest->next >= pkg->count)
		return false;
	rest->part = &pkg->part[rest->order[rest->next++]];
	n = strlen(rest->part->name);
	*e = (struct doc_unpack_entry){ .name = rest->part->name,
		.type = n > 0 && rest->part->name[n - 1] == '/'
		    ? DOC_UNPACK_DIRECTORY
		    : DOC_UNPACK_FILE,
		.encrypted = (rest->part->flags & DOC_ZIP_ENCRYPTED) != 0,
		.has_mtime = doc_package_at_header(pkg, rest->part),
		.position = rest->part->offset };
	if (e->has_mtime)
		e->mtime = time_of(pkg->data + rest->part->offset);
	return true;
}

int
doc_zip_rest_pour(struct doc_zip_rest *rest, doc_inflate_sink *sink, void *ctx,
    struct doc_error *err)
{
	struct doc_part_reader r = { .pkg = rest->pkg,
		.sink = sink,
		.ctx = ctx };

	if (doc_part_read(&r, rest->part, err) < 0)
		return -1;
	return r.taken == rest->part->size
	    ? 0
	    : doc_error_set(err, DOC_E_DAMAGED,
		  "%llu bytes, and the directory counts %llu",
		  (unsigned long long)r.taken,
		  (unsigned long long)rest->part->size);
}

void
doc_zip_rest_free(struct doc_zip_rest *rest)
{
	if (rest == NULL)
		return;
	doc_package_free(rest->pkg);
	free(rest->order);
	free(rest);
}
