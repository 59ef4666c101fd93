/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "lib/format/inflate.h"
#include "lib/format/unpack_impl.h"

/* By name, as unpack.c has its formats. */
static doc_unpack_support *const filters[] = {
	archive_read_support_filter_gzip,
	archive_read_support_filter_bzip2,
	archive_read_support_filter_xz,
	archive_read_support_filter_lzma,
	archive_read_support_filter_zstd,
	archive_read_support_filter_lz4,
	archive_read_support_filter_lzip,
	archive_read_support_filter_compress,
	archive_read_support_filter_uu,
	archive_read_support_filter_rpm,
};

/* ARCHIVE_WARN means that libarchive was built without the library and would
 * run the program instead. */
int
doc_unpack_enable(struct archive *a, doc_unpack_support *const *list, size_t n,
    struct doc_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (list[i](a) != ARCHIVE_OK)
			return doc_error_set(err, DOC_E_ENGINE,
			    "libarchive lacks a format: %s",
			    archive_error_string(a));
	return 0;
}

int
doc_unpack_filters(struct archive *a, struct doc_error *err)
{
	return doc_unpack_enable(a, filters, DOC_LEN(filters), err);
}

bool
doc_unpack_says(struct archive *a, const char *words)
{
	const char *msg = archive_error_string(a);

	return msg != NULL && strcasestr(msg, words) != NULL;
}

/* libarchive's messages do not come with a code of their own for these. */
static enum doc_code
code_of(struct archive *a)
{
	/* These two mean a header that claims to be longer than the file. */
	if (archive_errno(a) == ENOMEM && archive_error_string(a) != NULL &&
	    !doc_unpack_says(a, "copy buffer"))
		return DOC_E_MEMORY;
	if (doc_unpack_says(a, "passphrase") || doc_unpack_says(a, "encrypt") ||
	    doc_unpack_says(a, "password"))
		return DOC_E_ENCRYPTED;
	if (doc_unpack_says(a, "unsupported") ||
	    doc_unpack_says(a, "unrecognized") ||
	    doc_unpack_says(a, "not supported") ||
	    doc_unpack_says(a, "unknown codec"))
		return DOC_E_UNSUPPORTED;
	/* One compressed in another 25 times. */
	if (doc_unpack_says(a, "too many filters"))
		return DOC_E_DEPTH;
	return DOC_E_DAMAGED;
}

int
doc_unpack_error_of(struct archive *a, struct doc_error *err)
{
	const char *msg = archive_error_string(a);

	return doc_error_set(err, code_of(a), "%s",
	    msg != NULL ? msg : "broken archive");
}

/* libarchive 3.6.2 checks neither checksum nor length of a gzip, and hands on
 * whatever a broken one inflates to. */
static ssize_t
read_gunzip(struct archive *a, void *source, const void **p)
{
	struct doc_source *s = source;
	struct doc_error err = { 0 };
	const char *piece;
	ssize_t n = doc_gunzip_next(s->gunzip, &piece, &err);

	*p = piece;
	if (n < 0)
		archive_set_error(a, err.code == DOC_E_MEMORY ? ENOMEM : EILSEQ,
		    "%s", err.msg);
	return n;
}

static ssize_t
read_filter(struct archive *a, void *source, const void **p)
{
	struct doc_source *s = source;
	la_int64_t at;
	size_t n = 0;
	int rc;

	if (s->lone == NULL)
		return 0;
	do
		rc = archive_read_data_block(s->filter, p, &n, &at);
	while (rc == ARCHIVE_OK && n == 0);
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK) {
		archive_set_error(a, archive_errno(s->filter), "%s",
		    archive_error_string(s->filter));
		return -1;
	}
	return (ssize_t)n;
}

static int
open_filter(struct doc_source *s, const char *data, size_t size,
    struct doc_error *err)
{
	static doc_unpack_support *const any[] = {
		archive_read_support_format_raw,
		archive_read_support_format_empty
	};
	int rc;

	if (doc_unpack_enable(s->filter, any, DOC_LEN(any), err) < 0 ||
	    doc_unpack_filters(s->filter, err) < 0)
		return -1;
	rc = archive_read_open_memory(s->filter, data, size);
	if (rc == ARCHIVE_OK)
		rc = archive_read_next_header(s->filter, &s->lone);
	if (rc == ARCHIVE_EOF)
		s->lone = NULL;
	else if (rc != ARCHIVE_OK)
		return doc_unpack_error_of(s->filter, err);
	return 0;
}

int
doc_source_open(struct doc_source *s, const char *data, size_t size,
    struct doc_error *err)
{
	if (doc_gunzip_fits(data, size)) {
		s->pull = read_gunzip;
		return doc_gunzip_open(data, size, &s->gunzip, err);
	}
	s->filter = archive_read_new();
	if (s->filter == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "archive");
	if (open_filter(s, data, size, err) < 0)
		return -1;
	s->pull = read_filter;
	/* The last filter counted is the one that reads the bytes. */
	if (archive_filter_count(s->filter) <= 1) {
		doc_source_release(s);
		*s = (struct doc_source){ 0 };
	}
	return 0;
}

int
doc_source_drain(struct doc_source *s, struct archive *a)
{
	ssize_t n = 0;
	const void *p;

	while (s->pull != NULL && (n = s->pull(a, s, &p)) > 0)
		continue;
	return n < 0 ? -1 : 0;
}

int
doc_source_layers(const struct doc_source *s, struct archive *a)
{
	return archive_filter_count(s->filter != NULL ? s->filter : a) - 1 +
	    (s->gunzip != NULL);
}

void
doc_source_name(const struct doc_source *s, struct archive_entry *e)
{
	const char *name;
	uint32_t when;

	if (s->gunzip == NULL)
		return;
	name = doc_gunzip_name(s->gunzip, &when);
	if (name != NULL && *name != '\0')
		archive_entry_set_pathname(e, name);
	if (when != 0)
		archive_entry_set_mtime(e, when, 0);
}

void
doc_source_release(struct doc_source *s)
{
	if (s->filter != NULL)
		(void)archive_read_free(s->filter);
	doc_gunzip_free(s->gunzip);
}
