/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/starved.h"
#include "lib/engine/clamav.h"
#include "lib/engine/sigdb.h"
#include "tests/unit/tap.h"
#include "tests/unit/zip.h"

#define CANARY "d0c919e5ca9a41a9"

/* The address sanitizer's: libclamav 1.4 keeps some 1 KB of what it loads. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libclamav";
}

static char said[512];

static void
on_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	size_t at = strlen(said);

	(void)w;
	if (field == DOC_F_MATCHES)
		(void)snprintf(said + at, sizeof(said) - at, "%.*s;", (int)n,
		    (const char *)p);
}

static void
on_reason(struct doc_work *w, enum doc_reason reason)
{
	size_t at = strlen(said);

	(void)w;
	(void)snprintf(said + at, sizeof(said) - at, "reason=%s;",
	    doc_reason_name(reason));
}

static const char *
scan(const void *p, size_t n, const char *media, const char *temp)
{
	static const struct doc_work_ops ops = { .field = on_field,
		.reason = on_reason };
	struct doc_work work = { .ops = &ops, .out = -1, .temp = temp };
	struct doc_input in = { .fd = -1,
		.data = p,
		.size = n,
		.media = media };
	struct doc_error err = { 0 };

	said[0] = '\0';
	if (doc_clamav_scan(&in, DOC_SCAN_WHOLE, &work, &err) < 0)
		return doc_error_name(err.code);
	return said;
}

/* Hexadecimal to bytes; the test file must not stand here as it is. */
static size_t
unhex(const char *hex, char *to)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned v;

		(void)sscanf(hex + 2 * i, "%2x", &v);
		to[i] = (char)v;
	}
	to[n] = '\0';
	return n;
}

static void
test_scan(const char *temp)
{
	static const char eicar[] =
	    "58354f2150254041505b345c505a58353428505e2937434329377d24"
	    "45494341522d5354414e444152442d414e544956495255532d54455354"
	    "2d46494c452124482b482a";
	struct zip z = { .count = 0 };
	char bytes[128];
	size_t n = unhex(eicar, bytes);

	OK(strcmp(scan("hello", 5, "", temp), "") == 0, "clean");
	OK(strcmp(scan(NULL, 0, "", temp), "") == 0, "empty");
	OK(strstr(scan(bytes, n, "", temp), "Eicar") != NULL, "EICAR");
	OK(strcmp(scan(bytes, n, "", NULL), "engine") == 0,
	    "no temporary directory is never clean");
	OK(strstr(scan("hello", 5, "", "/nonexistent"), "reason") == NULL &&
		said[0] == '\0' &&
		strcmp(scan("hello", 5, "", "/nonexistent"), "temp") == 0,
	    "nor is one that does not work");
	(void)unhex(CANARY, bytes);
	zip_add(&z, "a", bytes);
	zip_end(&z);
	OK(strcmp(scan(z.out.data, z.out.len, "", temp),
	       "Docpipe.Canary.UNOFFICIAL;") == 0,
	    "the canary, in a zip");
	z.out.len -= 22;
	OK(strstr(scan(z.out.data, z.out.len, "", temp),
	       "reason=unsupported;") != NULL,
	    "a package that the engine cannot open is not clean");
	OK(strcmp(scan("x", 1, "application/encrypted", temp),
	       "reason=encrypted;") == 0,
	    "an encrypted document is not clean");
	zip_release(&z);
}

static void
put_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		return;
	(void)fputs(text, f);
	(void)fclose(f);
}

static void
test_survey(const char *dir)
{
	struct doc_dbset a, b;
	struct doc_error err = { 0 };
	static const char *const made[] = { "a.ndb", "b.ldb", "z.ign2",
		"notes.txt", "daily.cvd", "daily.cld" };
	bool fuzzy = true;
	char path[256];

	OK(doc_dbset_read(dir, &a, &err) < 0 && err.code == DOC_E_ENGINE,
	    "a directory without databases");
	put_file(dir, "a.ndb", "x:0:*:00\n");
	err.code = DOC_E_NONE;
	OK(doc_dbset_read(dir, &a, &err) == 0 &&
		doc_sigdb_fuzzy(&a, &fuzzy, &err) == 0 && !fuzzy &&
		a.count == 1,
	    "one database");
	put_file(dir, "b.ldb", "X;Engine:150-255,Target:0;0;fuzzy_img#0\n");
	put_file(dir, "z.ign2", "x\n");
	put_file(dir, "notes.txt", "x\n");
	OK(doc_dbset_read(dir, &b, &err) == 0 &&
		doc_sigdb_fuzzy(&b, &fuzzy, &err) == 0 && fuzzy,
	    "one with an image fuzzy hash");
	OK(strcmp(a.digest, b.digest) != 0, "digests differ");
	OK(b.count == 3 && strcmp(b.file[0].name, "z.ign2") == 0,
	    "what is ignored loads first");
	doc_dbset_release(&a);
	doc_dbset_release(&b);
	put_file(dir, "daily.cvd",
	    "ClamAV-VDB:1 Jan 2026 00-00 +0000:7:9:90:x:x:x:1767225600");
	put_file(dir, "daily.cld",
	    "ClamAV-VDB:1 Jan 2026 00-00 +0000:8:9:90:x:x:x:1767225601");
	OK(doc_dbset_read(dir, &a, &err) == 0 && a.count == 4 &&
		strcmp(a.file[1].name, "daily.cld") == 0 &&
		a.file[1].version == 8 && a.file[1].built == 1767225601,
	    "of two wrappings the newer");
	doc_dbset_release(&a);
	for (size_t i = 0; i < DOC_LEN(made); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, made[i]);
		(void)remove(path);
	}
}

int
main(void)
{
	char temp[] = "/tmp/clamav_test.XXXXXX";
	struct doc_clamav_info info = { 0 };
	struct doc_error err = { 0 };

	OK(mkdtemp(temp) != NULL, "temporary directory");
	OK(doc_clamav_load(NULL, CANARY, &info, &err) == 0, "load");
	OK(info.signatures == 1 && info.test_only && !info.fuzzy,
	    "the built-in set");
	test_scan(temp);
	OK(rmdir(temp) == 0 && mkdir(temp, 0700) == 0, "nothing is left");
	test_survey(temp);
	(void)rmdir(temp);
	doc_starved_reset();
	OK(!doc_starved(), "not starved");
	return TAP_DONE();
}
