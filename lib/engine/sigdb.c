/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/mman.h>

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

static bool
is_container(const char *name)
{
	return doc_db_is(name, "cvd") || doc_db_is(name, "cld") ||
	    doc_db_is(name, "cud");
}

/* Only logical signatures can name a fuzzy hash; they come as text or in
 * containers, which hold a tar, mostly compressed. */
static bool
has_fuzzy(const char *name, const char *data, size_t size)
{
	struct searcher s = { .len = 0 };
	struct doc_error err = { 0 };

	if (is_container(name) && size > CVD_HEADER + 2 &&
	    memcmp(data + CVD_HEADER, "\x1f\x8b", 2) == 0)
		return doc_inflate(data + CVD_HEADER, size - CVD_HEADER,
			   DOC_INFLATE_GZIP, search, &s, &err) == 1;
	return memmem(data, size, fuzzy_mark, MARK_LEN) != NULL;
}

/* 1, 0, or -1 with *err. */
static int
look_into(const struct doc_dbset *set, size_t i, struct doc_error *err)
{
	const char *name = set->file[i].name;
	size_t size = (size_t)set->file[i].size;
	doc_autoclose int fd = -1;
	void *data;
	bool has;

	if (size == 0 ||
	    !(is_container(name) || doc_db_is(name, "ldb") ||
		doc_db_is(name, "ldu")))
		return 0;
	fd = doc_dbset_open(set, i, err);
	if (fd < 0)
		return -1;
	data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return doc_error_sys(err, "cannot map database '%s'", name);
	has = has_fuzzy(name, data, size);
	(void)munmap(data, size);
	return has;
}

int
doc_sigdb_fuzzy(const struct doc_dbset *set, bool *fuzzy, struct doc_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < set->count && rc == 0; i++)
		rc = look_into(set, i, err);
	if (rc < 0)
		return -1;
	*fuzzy = rc > 0;
	return 0;
}

void
doc_sigdb_builtin(char digest[static DOC_DIGEST_HEX])
{
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_field(&d, eicar_ndb, sizeof(eicar_ndb));
	doc_digest_hex(&d, digest);
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
