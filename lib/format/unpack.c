/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/format/passwords.h"
#include "lib/format/unpack.h"
#include "lib/format/unpack_impl.h"

struct doc_unpack {
	struct archive *a;
	struct doc_source source; /* what it reads from */
	const char *passwords;
	bool raw_names;
	struct doc_buf name; /* as bytes again */
	unsigned tried;
	char word[256]; /* libarchive wants it NUL-ended */
};

/* By name, never ..._all: that would bring mtree, which opens the files it
 * names, and filters that run programs (lzop, lrzip, grzip). */
static doc_unpack_support *const formats[] = {
	archive_read_support_format_zip,
	archive_read_support_format_tar,
	archive_read_support_format_7zip,
	archive_read_support_format_rar,
	archive_read_support_format_rar5,
	archive_read_support_format_cpio,
	archive_read_support_format_iso9660,
	archive_read_support_format_cab,
	archive_read_support_format_lha,
	archive_read_support_format_xar,
	archive_read_support_format_ar,
	archive_read_support_format_warc,
	archive_read_support_format_empty,
	archive_read_support_format_raw,
};

static int
enable_kind(struct doc_unpack *u, enum doc_unpack_kind kind,
    struct doc_error *err)
{
	doc_unpack_support *zip = archive_read_support_format_zip_streamable;
	static doc_unpack_support *const raw[] = {
		archive_read_support_format_raw,
		archive_read_support_format_empty
	};
	int rc;

	if (kind == DOC_UNPACK_ZIP)
		return doc_unpack_enable(u->a, &zip, 1, err);
	if (kind == DOC_UNPACK_RAW)
		rc = doc_unpack_enable(u->a, raw, DOC_LEN(raw), err);
	else
		rc = doc_unpack_enable(u->a, formats, DOC_LEN(formats), err);
	if (rc < 0 || u->source.filter != NULL)
		return rc;
	return doc_unpack_filters(u->a, err);
}

/* libarchive asks for one after the other, and keeps those it was told.  A line
 * that is too long for it is nobody's. */
static const char *
next_password(struct archive *a, void *ctx)
{
	struct doc_unpack *u = ctx;
	const char *p;
	size_t n;

	(void)a;
	do
		p = doc_passwords_line(u->passwords, ++u->tried, &n);
	while (p != NULL && n >= sizeof(u->word));
	if (p == NULL) {
		u->tried--;
		return NULL;
	}
	memcpy(u->word, p, n);
	u->word[n] = '\0';
	return u->word;
}

int
doc_unpack_open_wish(const char *data, size_t size, enum doc_unpack_kind kind,
    const struct doc_unpack_wish *wish, struct doc_unpack **up,
    struct doc_error *err)
{
	struct doc_unpack *u = calloc(1, sizeof(*u));

	if (u == NULL || (u->a = archive_read_new()) == NULL) {
		free(u);
		return doc_error_set(err, DOC_E_MEMORY, "archive");
	}
	if ((kind != DOC_UNPACK_ZIP &&
		doc_source_open(&u->source, data, size, err) < 0) ||
	    enable_kind(u, kind, err) < 0)
		goto fail;
	u->passwords = wish->passwords;
	u->tried = wish->password_from > 0 ? wish->password_from - 1 : 0;
	u->raw_names = wish->raw_names && kind == DOC_UNPACK_ANY;
	/* Only while it is new. */
	if (u->passwords != NULL)
		(void)archive_read_set_passphrase_callback(u->a, u,
		    next_password);
	if (u->raw_names)
		(void)archive_read_set_format_option(u->a, "lha", "hdrcharset",
		    "ISO-8859-1");
	if ((u->source.pull != NULL ? archive_read_open(u->a, &u->source, NULL,
					  u->source.pull, NULL)
				    : archive_read_open_memory(u->a, data,
					  size)) != ARCHIVE_OK) {
		(void)doc_unpack_error(u, err);
		goto fail;
	}
	*up = u;
	return 0;
fail:
	doc_unpack_free(u);
	return -1;
}

static int
format_of(const struct doc_unpack *u)
{
	return archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK;
}

bool
doc_unpack_is_lha(struct doc_unpack *u)
{
	return format_of(u) == ARCHIVE_FORMAT_LHA;
}

bool
doc_unpack_leads_over(struct doc_unpack *u)
{
	int format = format_of(u);

	return format == ARCHIVE_FORMAT_ZIP || format == ARCHIVE_FORMAT_RAR ||
	    format == ARCHIVE_FORMAT_RAR_V5 || format == ARCHIVE_FORMAT_LHA ||
	    format == ARCHIVE_FORMAT_XAR;
}

bool
doc_unpack_unlocks(struct doc_unpack *u)
{
	return u->passwords != NULL && format_of(u) == ARCHIVE_FORMAT_ZIP;
}

unsigned
doc_unpack_password(const struct doc_unpack *u)
{
	return u->tried;
}

int
doc_unpack_open(const char *data, size_t size, enum doc_unpack_kind kind,
    struct doc_unpack **u, struct doc_error *err)
{
	static const struct doc_unpack_wish none = { 0 };

	return doc_unpack_open_wish(data, size, kind, &none, u, err);
}

static enum doc_unpack_status
status_of(int rc)
{
	switch (rc) {
	case ARCHIVE_OK:
	case ARCHIVE_WARN: /* a name or an attribute, never the content */
		return DOC_UNPACK_OK;
	case ARCHIVE_EOF:
		return DOC_UNPACK_END;
	case ARCHIVE_FAILED:
	case ARCHIVE_RETRY:
		return DOC_UNPACK_BAD;
	default:
		return DOC_UNPACK_DEAD;
	}
}

/* cpio and pax may give the content with the last of several names. */
static bool
is_hardlink(struct archive_entry *e)
{
	return archive_entry_hardlink(e) != NULL && archive_entry_size(e) == 0;
}

static enum doc_unpack_type
type_of(struct archive_entry *e)
{
	if (is_hardlink(e))
		return DOC_UNPACK_LINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
	case 0: /* formats that know nothing but files */
		return DOC_UNPACK_FILE;
	case AE_IFDIR:
		return DOC_UNPACK_DIRECTORY;
	case AE_IFLNK:
		return DOC_UNPACK_LINK;
	default:
		return DOC_UNPACK_SPECIAL;
	}
}

/* Sparse files of tar, and zisofs: libarchive 3.6.2 leaves out what is zero up
 * to the end. */
static bool
has_holes(const struct doc_unpack *u)
{
	int format = format_of(u);

	return format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_ISO9660;
}

/* The bytes that were read as Latin-1.  A name that has other characters was
 * stored as UTF-16. */
static const char *
bytes_of(struct doc_unpack *u, const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	u->name.len = 0;
	for (; *p != '\0'; p++) {
		unsigned c = *p;

		if ((c == 0xc2 || c == 0xc3) && (p[1] & 0xc0) == 0x80)
			c = (c & 3) << 6 | (*++p & 0x3f);
		else if (c >= 0x80)
			return name;
		/* What divides folders in LHA, and is no letter anywhere. */
		if (doc_buf_addc(&u->name, (char)(c == 0xff ? '/' : c)) < 0)
			return name;
	}
	return doc_buf_str(&u->name);
}

/* The stored bytes; the second form is for names that do not convert. */
static const char *
name_of(struct doc_unpack *u, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);

	if (name == NULL)
		name = archive_entry_pathname_utf8(e);
	if (name == NULL)
		return "";
	return u->raw_names && doc_unpack_is_lha(u) ? bytes_of(u, name) : name;
}

/* Most warnings about a header are of a name, an owner or an attribute.  Of
 * these the entry is an empty shell: libarchive found no content for it. */
static bool
is_hollow(struct archive *a)
{
	return doc_unpack_says(a, "beyond end-of-media") ||
	    doc_unpack_says(a, "out-of-order") ||
	    doc_unpack_says(a, "sparse file format");
}

enum doc_unpack_status
doc_unpack_next(struct doc_unpack *u, struct doc_unpack_entry *entry)
{
	struct archive_entry *e = NULL;
	enum doc_unpack_status st;
	bool is_raw;
	int rc;

	rc = archive_read_next_header(u->a, &e);
	st = status_of(rc);
	if (st == DOC_UNPACK_END)
		return doc_source_drain(&u->source, u->a) < 0 ? DOC_UNPACK_DEAD
							      : st;
	if (st == DOC_UNPACK_DEAD || e == NULL)
		return st;
	/* The raw format takes any bytes at all; without a filter below it
	 * nothing was recognised. */
	is_raw = format_of(u) == ARCHIVE_FORMAT_RAW;
	if (is_raw && doc_source_layers(&u->source, u->a) <= 0) {
		archive_set_error(u->a, EILSEQ, "unrecognized archive format");
		return DOC_UNPACK_DEAD;
	}
	if (rc == ARCHIVE_WARN && is_hollow(u->a))
		st = DOC_UNPACK_BAD;
	if (is_raw && doc_source_layers(&u->source, u->a) == 1)
		doc_source_name(&u->source, e);
	*entry = (struct doc_unpack_entry){
		.name = name_of(u, e),
		.type = type_of(e),
		.encrypted = archive_entry_is_encrypted(e) != 0,
		.gap = rc == ARCHIVE_WARN && doc_unpack_says(u->a, "skipped"),
		.has_mtime = archive_entry_mtime_is_set(e) != 0,
		.mtime = archive_entry_mtime(e),
		.has_size = archive_entry_size_is_set(e) != 0 &&
		    archive_entry_size(e) >= 0,
		.has_holes = has_holes(u),
		.size = (uint64_t)archive_entry_size(e),
		.position = (uint64_t)archive_read_header_position(u->a),
	};
	return st;
}

enum doc_unpack_status
doc_unpack_block(struct doc_unpack *u, const char **p, size_t *n,
    uint64_t *offset)
{
	const void *data = NULL;
	la_int64_t at = 0;
	size_t len = 0;
	int rc = archive_read_data_block(u->a, &data, &len, &at);

	*p = data;
	*n = len;
	*offset = (uint64_t)at;
	/* A warning about content is no small matter: a wrong checksum. */
	return rc == ARCHIVE_WARN ? DOC_UNPACK_BAD : status_of(rc);
}

int
doc_unpack_error(struct doc_unpack *u, struct doc_error *err)
{
	return doc_unpack_error_of(u->a, err);
}

enum doc_unpack_what
doc_unpack_what(const char *data, size_t size)
{
	struct doc_error err = { 0 };
	struct archive_entry *e;
	struct doc_unpack *u;
	enum doc_unpack_what what = DOC_UNPACK_OTHER;

	if (doc_unpack_open(data, size, DOC_UNPACK_ANY, &u, &err) < 0)
		return what;
	if (status_of(archive_read_next_header(u->a, &e)) == DOC_UNPACK_OK &&
	    doc_source_layers(&u->source, u->a) == 1) {
		if (format_of(u) == ARCHIVE_FORMAT_RAW)
			what = DOC_UNPACK_LONE;
		else if (format_of(u) == ARCHIVE_FORMAT_TAR)
			what = DOC_UNPACK_TAR;
	}
	doc_unpack_free(u);
	return what;
}

void
doc_unpack_free(struct doc_unpack *u)
{
	if (u == NULL)
		return;
	(void)archive_read_free(u->a);
	doc_source_release(&u->source);
	doc_buf_release(&u->name);
	free(u);
}
