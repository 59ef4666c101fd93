/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <magic.h>
#include <malloc.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/format/behind.h"
#include "lib/format/pdf_peek.h"
#include "lib/format/sniff.h"
#include "lib/format/sniff_kind.h"
#include "lib/format/uu.h"
#include "lib/record/media.h"

/* Of 2,477 files, 2 are told differently by their first MiB than by all of
 * their bytes (facts/performance.md section 5). */
#define REACH ((size_t)1 << 20)

/* APPNOTE.TXT 4.3.16: 22 bytes and a comment. */
#define ZIP_END_REACH ((size_t)22 + 65535)

#define UNKNOWN "application/octet-stream"
#define EMPTY	"application/x-empty"

/* The one compiled database, shared with the workers by fork; libmagic keeps
 * the answer of the last call in it, nothing else. */
static magic_t magic;

/*
 * glibc locks an expression to match it, and so copies, in every worker, the
 * page its head is on: 60 of them, the heads of 60 expressions, are two thirds
 * of the pages a worker for a short text copies.  With chunks of their size
 * waiting side by side the heads lie on a few pages.  As many wait as the
 * tunable glibc.malloc.tcache_count of this process allows (7 without it).
 */
static void
gather_heads(void)
{
	void *heads[512];
	regex_t trial;
	size_t size;

	if (regcomp(&trial, "x", 0) != 0)
		return;
	size = malloc_usable_size(trial.buffer);
	regfree(&trial);
	for (size_t i = 0; i < DOC_LEN(heads); i++)
		heads[i] = malloc(size);
	for (size_t i = DOC_LEN(heads); i-- > 0;)
		free(heads[i]);
}

/* libmagic 5.44 compiles each regular expression of its database when it first
 * meets it, and keeps it: done here, it is done once and not in every worker
 * (2.5 ms of 4 for a short text). */
static void
warm(void)
{
	static const struct {
		const char *data;
		size_t size;
	} samples[] = {
#define S(text) { text, sizeof(text) - 1 }
		S("Plain words, and a second line\nwith 12 numbers.\n\n"),
		S("\xc3\xa4 UTF-8\n"),
		S("\xff\xfeU\0T\0F\0\n\0"),
		S("From: a@example.org\nSubject: x\n\nbody\n"),
		S("<?xml version=\"1.0\"?>\n<x/>\n"),
		S("<!DOCTYPE html><html><head></head></html>\n"),
		S("#include <stdio.h>\nint main(void) { return 0; }\n"),
		S("{\"a\": [1, 2]}\n"),
		S("a,b\n1,2\n"),
		S("%PDF-1.4\n"),
		S("PK\3\4\24\0\0\0\0\0"),
		S("\0\1\2\3\4\5\6\7binary\0\0\0\0"),
#undef S
	};

	for (size_t i = 0; i < DOC_LEN(samples); i++)
		(void)magic_buffer(magic, samples[i].data, samples[i].size);
}

/*
 * The database as anonymous memory in huge pages.  Mapped from its file, as
 * libmagic does it, each forked worker faults it in again piece by piece: 91
 * faults and 2 ms for a short text.  NULL when it is not where libmagic says.
 */
static void *
read_database(size_t *size)
{
	const size_t huge = (size_t)2 << 20;
	char path[PATH_MAX];
	const char *at = magic_getpath(NULL, 0);
	struct stat st;
	doc_autoclose int fd = -1;
	void *p;

	for (; at != NULL && fd < 0; at = *at ? at + 1 : NULL) {
		int len = (int)strcspn(at, ":");

		(void)snprintf(path, sizeof(path), "%.*s.mgc", len, at);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		at += len;
	}
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0)
		return NULL;
	*size = (size_t)st.st_size;
	if (posix_memalign(&p, huge, (*size + huge - 1) / huge * huge) != 0)
		return NULL;
	(void)madvise(p, (*size + huge - 1) / huge * huge, MADV_HUGEPAGE);
	if (doc_read_full(fd, p, *size) == (ssize_t)*size)
		return p;
	free(p);
	return NULL;
}

static int
load_database(void)
{
	static void *database; /* libmagic goes on using it */
	size_t size = 0;

	database = read_database(&size);
	if (database != NULL &&
	    magic_load_buffers(magic, &database, &size, 1) == 0)
		return 0;
	return magic_load(magic, NULL);
}

int
doc_sniff_load(struct doc_error *err)
{
	if (magic != NULL)
		return 0;
	/* Unpacking to look inside is doclist's job, and its children. */
	magic = magic_open(MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS);
	if (magic == NULL)
		return doc_error_sys(err, "cannot start libmagic");
	if (load_database() < 0) {
		(void)doc_error_set(err, DOC_E_ENGINE,
		    "cannot load libmagic's database: %s", magic_error(magic));
		magic_close(magic);
		magic = NULL;
		return -1;
	}
	gather_heads();
	warm();
	return 0;
}

/* Copy what may stand in a media type or charset name (RFC 6838 section 4.2);
 * returns its length. */
static size_t
copy_token(char *to, size_t room, const char *from)
{
	size_t n = strspn(from,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "!#$&-^_.+/");

	n = DOC_MIN(n, room - 1);
	memcpy(to, from, n);
	to[n] = '\0';
	return n;
}

/* What libmagic says: type and charset, "" when it has none. */
static void
ask(const struct doc_input *in, char media[static 128], char charset[static 64])
{
	static const char mark[] = "; charset=";
	const char *said, *cs;

	said = magic == NULL
	    ? NULL
	    : magic_buffer(magic, in->data, DOC_MIN(in->size, REACH));
	charset[0] = '\0';
	if (said == NULL || copy_token(media, 128, said) == 0 ||
	    strchr(media, '/') == NULL) {
		(void)snprintf(media, 128, UNKNOWN);
		return;
	}
	cs = strstr(said, mark);
	if (cs == NULL)
		return;
	(void)copy_token(charset, 64, cs + strlen(mark));
	if (strcmp(charset, "binary") == 0 ||
	    strcmp(charset, "unknown-8bit") == 0)
		charset[0] = '\0';
}

static bool
begins(const struct doc_input *in, const char *sign, size_t n)
{
	return in->size >= n && memcmp(in->data, sign, n) == 0;
}

/* Kinds of text that libmagic mixes up with each other. */
static bool
may_be_text(const char *media)
{
	enum doc_family f = doc_media_family(media);

	return f == DOC_FAMILY_PLAIN || f == DOC_FAMILY_HTML ||
	    f == DOC_FAMILY_XML || f == DOC_FAMILY_MAIL ||
	    f == DOC_FAMILY_MBOX || strcmp(media, UNKNOWN) == 0;
}

/* A zip is known by its end, whatever was put before it. */
static bool
ends_as_zip(const struct doc_input *in)
{
	size_t reach = DOC_MIN(in->size, ZIP_END_REACH);

	return memmem(in->data + in->size - reach, reach, "PK\5\6", 4) != NULL;
}

static void
look_again(const struct doc_input *in, char media[static 128])
{
	if (begins(in, "PK\3\4", 4))
		(void)doc_sniff_zip(in, media);
	else if (begins(in, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
		(void)doc_sniff_ole(in, media);
	else if (may_be_text(media) && doc_sniff_text(in, media))
		return;
	else if (strcmp(media, UNKNOWN) == 0 && ends_as_zip(in))
		(void)doc_sniff_zip(in, media);
	else if (strcmp(media, UNKNOWN) == 0)
		(void)doc_sniff_lzma(in, media);
	else if (strcmp(media, "text/html") == 0 && !doc_sniff_is_tagged(in))
		(void)snprintf(media, 128, "text/plain");
}

static bool
has_charset(const char *media)
{
	enum doc_family f = doc_media_family(media);

	return f == DOC_FAMILY_PLAIN || f == DOC_FAMILY_HTML ||
	    f == DOC_FAMILY_XML;
}

/* What a document of this type holds as well, for doclist to open; NULL:
 * nothing that it does not hold as what it is. */
static const char *
also(const struct doc_input *in, const char *media)
{
	enum doc_family f = doc_media_family(media);
	struct doc_behind found;

	if ((doc_media_flags(media) &
		(DOC_MEDIA_CONTAINER | DOC_MEDIA_PACKAGE)) != 0 ||
	    f == DOC_FAMILY_OLE)
		return NULL;
	if (doc_behind_find(in, &found))
		return found.media;
	if (f == DOC_FAMILY_PDF && doc_pdf_may_attach(in->data, in->size))
		return media;
	if (f == DOC_FAMILY_PLAIN && doc_uu_has(in->data, in->size))
		return DOC_MEDIA_UU;
	return NULL;
}

void
doc_sniff(const struct doc_input *in, struct doc_work *work,
    char media[static 128])
{
	char charset[64] = "";

	(void)snprintf(media, 128, "%s", in->size == 0 ? EMPTY : "");
	if (in->size > 0 && !doc_sniff_quick(in, media)) {
		ask(in, media, charset);
		if (!doc_sniff_plain(in, media, charset) ||
		    !doc_sniff_text(in, media))
			look_again(in, media);
	}
	doc_work_str(work, DOC_F_MEDIA, media);
	if (in->size > 0)
		doc_work_str(work, DOC_F_ALSO, also(in, media));
	if (charset[0] != '\0' && has_charset(media))
		doc_work_str(work, DOC_F_ENCODING, charset);
}
