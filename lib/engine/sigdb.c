/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/engine/sigdb.h"
#include "lib/format/inflate.h"

/* Header of a .cvd or .cld container, before the tar. */
#define CVD_HEADER 512

static const char fuzzy_mark[] = "fuzzy_img#";
#define MARK_LEN (sizeof(fuzzy_mark) - 1)

/* The EICAR test file as a body signature, at offset 0 of any file; in
 * hexadecimal, so that scanners leave this source alone. */
static const char eicar_ndb[] =
    "Eicar-Test-Signature:0:0:"
    "58354f2150254041505b345c505a58353428505e2937434329377d24"
    "45494341522d5354414e444152442d414e544956495255532d544553542d46494c45"
    "2124482b482a\n";

/* What cl_load reads (libclamav 1.4, others.h: CLI_DBEXT). */
static const char *const extensions[] = { "cvd", "cld", "cud", "cat", "cbc",
	"cdb", "cfg", "crb", "db", "fp", "ftm", "gdb", "hdb", "hdu", "hsb",
	"hsu", "idb", "ign", "ign2", "imp", "info", "ldb", "ldu", "mdb", "mdu",
	"msb", "msu", "ndb", "ndu", "pdb", "pwdb", "rmd", "sdb", "sfp", "wdb",
	"yar", "yara", "zmd" };

struct survey {
	struct doc_digest digest;
	unsigned files;
	bool fuzzy;
};

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? "" : dot + 1;
}

static bool
is_database(const char *name)
{
	for (size_t i = 0; i < DOC_LEN(extensions); i++)
		if (strcasecmp(extension(name), extensions[i]) == 0)
			return true;
	return false;
}

static bool
is_one_of(const char *name, const char *a, const char *b, const char *c)
{
	const char *ext = extension(name);

	return strcasecmp(ext, a) == 0 || strcasecmp(ext, b) == 0 ||
	    strcasecmp(ext, c) == 0;
}

/* The mark may lie across two pieces, so the end of the last one is kept. */
struct searcher {
	char tail[2 * MARK_LEN];
	size_t len; /* of tail */
};

static int
search(void *ctx, const char *p, size_t n, struct doc_error *err)
{
	struct searcher *s = ctx;
	size_t head = DOC_MIN(n, MARK_LEN), drop;

	(void)err;
	memcpy(s->tail + s->len, p, head);
	if (memmem(s->tail, s->len + head, fuzzy_mark, MARK_LEN) != NULL ||
	    memmem(p, n, fuzzy_mark, MARK_LEN) != NULL)
		return 1;
	if (n >= MARK_LEN) {
		memcpy(s->tail, p + n - (MARK_LEN - 1), MARK_LEN - 1);
		s->len = MARK_LEN - 1;
		return 0;
	}
	s->len += n;
	drop = s->len > MARK_LEN - 1 ? s->len - (MARK_LEN - 1) : 0;
	memmove(s->tail, s->tail + drop, s->len - drop);
	s->len -= drop;
	return 0;
}

/* Only logical signatures can name a fuzzy hash; they come as text or in
 * containers, which hold a tar, mostly compressed. */
static bool
has_fuzzy(const char *name, const char *data, size_t size)
{
	struct searcher s = { .len = 0 };
	struct doc_error err = { 0 };

	if (is_one_of(name, "cvd", "cld", "cud") && size > CVD_HEADER + 2 &&
	    memcmp(data + CVD_HEADER, "\x1f\x8b", 2) == 0)
		return doc_inflate(data + CVD_HEADER, size - CVD_HEADER,
			   DOC_INFLATE_GZIP, search, &s, &err) == 1;
	return memmem(data, size, fuzzy_mark, MARK_LEN) != NULL;
}

static int
look_into(struct survey *s, int fd, const char *name, size_t size,
    struct doc_error *err)
{
	void *data;

	if (s->fuzzy || size == 0 ||
	    !(is_one_of(name, "ldb", "ldu", "ldb") ||
		is_one_of(name, "cvd", "cld", "cud")))
		return 0;
	data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return doc_error_sys(err, "cannot map database '%s'", name);
	s->fuzzy = has_fuzzy(name, data, size);
	(void)munmap(data, size);
	return 0;
}

static int
survey_file(struct survey *s, int dir, const char *path, struct doc_error *err)
{
	doc_autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	struct stat st;
	int64_t facts[3];

	if (fd < 0 || fstat(fd, &st) < 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot open database '%s': %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return 0;
	facts[0] = st.st_size;
	facts[1] = st.st_mtim.tv_sec;
	facts[2] = st.st_mtim.tv_nsec;
	doc_digest_field(&s->digest, name, strlen(name));
	doc_digest_field(&s->digest, facts, sizeof(facts));
	s->files++;
	return look_into(s, fd, name, (size_t)st.st_size, err);
}

static int
database_filter(const struct dirent *d)
{
	return d->d_name[0] != '.' && is_database(d->d_name);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
survey_directory(struct survey *s, const char *path, struct doc_error *err)
{
	doc_autoclose int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list = NULL;
	int n, rc = 0;

	n = scandirat(dir, ".", &list, database_filter, by_name);
	if (dir < 0 || n < 0)
		return doc_error_set(err, DOC_E_ENGINE, "cannot read '%s': %s",
		    path, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = survey_file(s, dir, list[i]->d_name, err);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
doc_sigdb_survey(const char *path, struct doc_sigdb *db, struct doc_error *err)
{
	struct survey s = { .files = 0 };
	struct stat st;
	int rc;

	doc_digest_init(&s.digest);
	if (stat(path, &st) < 0)
		return doc_error_set(err, DOC_E_ENGINE, "cannot open '%s': %s",
		    path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		rc = survey_directory(&s, path, err);
	else
		rc = survey_file(&s, AT_FDCWD, path, err);
	if (rc < 0)
		return -1;
	if (s.files == 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no signature database in '%s'", path);
	db->fuzzy = s.fuzzy;
	doc_digest_hex(&s.digest, db->digest);
	return 0;
}

void
doc_sigdb_builtin(struct doc_sigdb *db)
{
	struct doc_digest digest;

	doc_digest_init(&digest);
	doc_digest_field(&digest, eicar_ndb, sizeof(eicar_ndb));
	doc_digest_hex(&digest, db->digest);
	db->fuzzy = false;
}

int
doc_sigdb_ndb(struct doc_buf *ndb, bool eicar, const char *canary)
{
	if (eicar && doc_buf_adds(ndb, eicar_ndb) < 0)
		return -1;
	if (canary == NULL)
		return 0;
	return doc_buf_addf(ndb, "Docpipe.Canary:0:*:%s\n", canary);
}
