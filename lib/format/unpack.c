/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/format/passwords.h"
#include "lib/format/unpack.h"

struct doc_unpack {
	struct archive *a;
	const char *passwords;
	bool raw_names;
	struct doc_buf name; /* as bytes again */
	unsigned tried;
	char word[256]; /* libarchive wants it NUL-ended */
};

typedef int support(struct archive *);

/* By name, never ..._all: that would bring mtree, which opens the files it
 * names, and filters that run programs (lzop, lrzip, grzip). */
static support *const formats[] = {
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

static support *const filters[] = {
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
static int
enable(struct archive *a, support *const *list, size_t n, struct doc_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (list[i](a) != ARCHIVE_OK)
			return doc_error_set(err, DOC_E_ENGINE,
			    "libarchive lacks a format: %s",
			    archive_error_string(a));
	return 0;
}

static int
enable_kind(struct archive *a, enum doc_unpack_kind kind, struct doc_error *err)
{
	support *zip = archive_read_support_format_zip_streamable;
	static support *const raw[] = { archive_read_support_format_raw,
		archive_read_support_format_empty };

	if (kind == DOC_UNPACK_ZIP)
		return enable(a, &zip, 1, err);
	if (kind == DOC_UNPACK_RAW) {
		if (enable(a, raw, DOC_LEN(raw), err) < 0)
			return -1;
		return enable(a, filters, DOC_LEN(filters), err);
	}
	if (enable(a, formats, DOC_LEN(formats), err) < 0)
		return -1;
	return enable(a, filters, DOC_LEN(filters), err);
}

/* libarchive asks for one after the other, and keeps the one that fits. */
static const char *
next_password(struct archive *a, void *ctx)
{
	struct doc_unpack *u = ctx;
	size_t n;
	const char *p = doc_passwords_line(u->passwords, u->tried + 1, &n);

	(void)a;
	if (p == NULL || n >= sizeof(u->word))
		return NULL;
	u->tried++;
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
	if (enable_kind(u->a, kind, err) < 0)
		goto fail;
	u->passwords = wish->passwords;
	u->raw_names = wish->raw_names && kind == DOC_UNPACK_ANY;
	/* Only while it is new. */
	if (u->passwords != NULL)
		(void)archive_read_set_passphrase_callback(u->a, u,
		    next_password);
	if (u->raw_names)
		(void)archive_read_set_format_option(u->a, "lha", "hdrcharset",
		    "ISO-8859-1");
	if (archive_read_open_memory(u->a, data, size) != ARCHIVE_OK) {
		(void)doc_unpack_error(u, err);
		goto fail;
	}
	*up = u;
	return 0;
fail:
	doc_unpack_free(u);
	return -1;
}

bool
doc_unpack_is_lha(struct doc_unpack *u)
{
	return (archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK) ==
	    ARCHIVE_FORMAT_LHA;
}

bool
doc_unpack_unlocks(struct doc_unpack *u)
{
	return u->passwords != NULL &&
	    (archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK) ==
	    ARCHIVE_FORMAT_ZIP;
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
has_holes(struct archive *a)
{
	int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

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

/* The raw format takes any bytes at all; without a filter below it nothing
 * was recognised. */
static bool
is_unknown(struct archive *a)
{
	return archive_format(a) == ARCHIVE_FORMAT_RAW &&
	    archive_filter_count(a) <= 1;
}

enum doc_unpack_status
doc_unpack_next(struct doc_unpack *u, struct doc_unpack_entry *entry)
{
	struct archive_entry *e = NULL;
	enum doc_unpack_status st;

	st = status_of(archive_read_next_header(u->a, &e));
	if ((st != DOC_UNPACK_OK && st != DOC_UNPACK_BAD) || e == NULL)
		return st;
	if (is_unknown(u->a)) {
		archive_set_error(u->a, EILSEQ, "unrecognized archive format");
		return DOC_UNPACK_DEAD;
	}
	*entry = (struct doc_unpack_entry){
		.name = name_of(u, e),
		.type = type_of(e),
		.encrypted = archive_entry_is_encrypted(e) != 0,
		.has_mtime = archive_entry_mtime_is_set(e) != 0,
		.mtime = archive_entry_mtime(e),
		.has_size = archive_entry_size_is_set(e) != 0 &&
		    archive_entry_size(e) >= 0,
		.has_holes = has_holes(u->a),
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

/* libarchive's messages do not come with a code of their own for these. */
static enum doc_code
code_of(struct archive *a)
{
	const char *msg = archive_error_string(a);
	int sys = archive_errno(a);

	if (sys == ENOMEM)
		return DOC_E_MEMORY;
	if (msg == NULL)
		return DOC_E_DAMAGED;
	if (strcasestr(msg, "passphrase") || strcasestr(msg, "encrypt") ||
	    strcasestr(msg, "password"))
		return DOC_E_ENCRYPTED;
	if (strcasestr(msg, "unsupported") || strcasestr(msg, "unrecognized") ||
	    strcasestr(msg, "not supported"))
		return DOC_E_UNSUPPORTED;
	/* One compressed in another 25 times. */
	if (strcasestr(msg, "too many filters"))
		return DOC_E_DEPTH;
	return DOC_E_DAMAGED;
}

int
doc_unpack_error(struct doc_unpack *u, struct doc_error *err)
{
	const char *msg = archive_error_string(u->a);

	return doc_error_set(err, code_of(u->a), "%s",
	    msg != NULL ? msg : "broken archive");
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
	/* The last filter counted is the one that reads the bytes. */
	if (status_of(archive_read_next_header(u->a, &e)) == DOC_UNPACK_OK &&
	    archive_filter_count(u->a) == 2) {
		int format = archive_format(u->a) & ARCHIVE_FORMAT_BASE_MASK;

		if (format == ARCHIVE_FORMAT_RAW)
			what = DOC_UNPACK_LONE;
		else if (format == ARCHIVE_FORMAT_TAR)
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
	doc_buf_release(&u->name);
	free(u);
}
