/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store: versions, and text on its way into the index. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/tree.h"
#include "lib/store/schema.h"
#include "lib/store/store.h"
#include "lib/store/text.h"
#include "lib/store/words.h"
#include "tests/unit/tap.h"

static char dir[] = "/tmp/store.XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* --- versions --------------------------------------------------------------*/

static void
put_one(struct doc_store *s, const char *line)
{
	struct doc_store_lack lack;
	struct doc_error err = { 0 };
	struct doc_record rec;
	struct doc_entry e;

	OK(doc_record_parse(&rec, line, strlen(line), &err) == 0 &&
		doc_entry_make(&e, &rec, "default", &err) == 0 &&
		doc_store_begin(s, &err) == 0 &&
		doc_store_put(s, &e, &lack, &err) == 0 &&
		doc_store_commit(s, &err) == 0,
	    "keeps a record");
	doc_entry_release(&e);
}

static int64_t
number(struct doc_db *db, const char *sql)
{
	struct doc_error err = { 0 };
	int64_t n = -1;

	(void)!doc_db_number(db, sql, &n, &err);
	return n;
}

/* A store of each older version, with a row in it, becomes one of today. */
static void
test_versions(void)
{
	for (int v = 1; v < doc_schema_version(); v++) {
		struct doc_store s = { .spool = dir,
			.index = true,
			.max_text = 1000 };
		struct doc_db *db = NULL;
		struct doc_error err = { 0 };
		char name[16];

		snprintf(name, sizeof(name), "v%d.db", v);
		OK(doc_db_open(&db, in_dir(name), DOC_DB_WRITE, &err) == 0 &&
			doc_schema_migrate(db, v, &err) == 0 &&
			number(db, "PRAGMA user_version") == v,
		    "a store of an older version");
		OK(doc_db_exec(db,
		       "INSERT INTO doc(id,tenant,path,status,digest) "
		       "VALUES('1','t','old','ok',0);"
		       "INSERT INTO line VALUES(1,'{\"v\":1,\"type\":\"doc\","
		       "\"id\":\"1\",\"path\":\"old\"}')",
		       &err) == 0,
		    "with a record in it");
		OK(doc_schema_expect(db, &err) < 0 && err.code == DOC_E_USAGE,
		    "which a reader refuses");
		doc_db_close(db);
		err = (struct doc_error){ 0 };
		OK(doc_store_open(&s, in_dir(name), &err) == 0,
		    "opens, and becomes one of today");
		OK(doc_schema_expect(s.db, &err) == 0, "says so");
		put_one(&s,
		    "{\"v\":1,\"type\":\"doc\",\"id\":\"2\",\"path\":\"new\","
		    "\"text\":{\"status\":\"ok\",\"title\":\"word\"}}");
		OK(number(s.db, "SELECT count(*) FROM doc") == 2,
		    "the old record is still there");
		OK(number(s.db,
		       "SELECT count(*) FROM fulltext WHERE fulltext MATCH "
		       "'word'") == 1,
		    "and words are found");
		doc_store_close(&s);
	}
}

static void
test_transaction(void)
{
	struct doc_store s = { .spool = dir, .index = true, .max_text = 1000 };
	struct doc_store_lack lack;
	struct doc_error err = { 0 };
	struct doc_record rec;
	struct doc_entry e;
	static const char line[] =
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"x\",\"path\":\"p\"}";

	OK(doc_store_open(&s, in_dir("t.db"), &err) == 0 &&
		doc_record_parse(&rec, line, sizeof(line) - 1, &err) == 0 &&
		doc_entry_make(&e, &rec, "default", &err) == 0 &&
		doc_store_begin(&s, &err) == 0 &&
		doc_store_put(&s, &e, &lack, &err) == 0,
	    "a record without its commit");
	doc_entry_release(&e);
	doc_store_close(&s);
	OK(doc_store_open(&s, in_dir("t.db"), &err) == 0 &&
		number(s.db, "SELECT count(*) FROM doc") == 0,
	    "is not there");
	doc_store_close(&s);
}

/* --- words -----------------------------------------------------------------*/

static bool
prepares(const char *in, const char *want)
{
	doc_autobuf struct doc_buf b = { 0 };

	return doc_words_prepare(&b, in, strlen(in)) == 0 &&
	    strcmp(doc_buf_str(&b), want) == 0;
}

static bool
shows(const char *in, const char *want)
{
	doc_autobuf struct doc_buf b = { 0 };

	return doc_words_show(&b, in, strlen(in)) == 0 &&
	    strcmp(doc_buf_str(&b), want) == 0;
}

static bool
quotes(const char *in, const char *want)
{
	doc_autobuf struct doc_buf b = { 0 };

	return doc_words_quote(&b, in) == 0 &&
	    strcmp(doc_buf_str(&b), want) == 0;
}

#define SEP "\xe2\x80\x8b"

static void
test_words(void)
{
	OK(prepares("Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f"), "letters");
	OK(prepares("a\xe8\xa6\x8b\xe7\xa9\x8d z",
	       "a\xe8\xa6\x8b" SEP "\xe7\xa9\x8d" SEP " z"),
	    "ideographs stand alone");
	OK(prepares("\xf0\xa0\x80\x80", "\xf0\xa0\x80\x80" SEP),
	    "also those of four bytes");
	OK(prepares("\xe2\x82\xac", "\xe2\x82\xac"), "a euro sign does not");
	OK(prepares("\xea\xb0\x80\xeb\x82\x98", "\xea\xb0\x80\xeb\x82\x98"),
	    "nor Hangul, which has spaces");
	OK(prepares("", ""), "nothing");
	OK(shows(" a\n\n b\t" SEP "c \x1b[ ", "a b c ?["),
	    "shown in one line, harmless");
	OK(quotes("a  b\"c AND", "\"a\" \"b\"\"c\" \"AND\""), "quoted");
	OK(quotes("  ", ""), "no word");
}

/* --- texts -----------------------------------------------------------------*/

static void
put_file(const char *name, const char *p, size_t n)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	if (fd < 0 || doc_write_full(fd, p, n) < 0)
		exit(1);
	close(fd);
}

static bool
loads(const char *name, uint64_t max, const char *want, bool want_cut)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	bool cut;

	return doc_text_load(dir, in_dir(name), max, &b, &cut, &err) == 0 &&
	    cut == want_cut && strcmp(doc_buf_str(&b), want) == 0;
}

static void
test_texts(void)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	bool cut;

	put_file("text", text, sizeof(text) - 1);
	OK(loads("text", 100, text, false), "a whole text");
	OK(loads("text", sizeof(text) - 1, text, false), "one that just fits");
	OK(loads("text", 10, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true),
	    "cut behind a character");
	OK(loads("text", 9, "a\xc3\xa9\xe2\x82\xac", true), "cut in one");
	OK(loads("text", 7, "a\xc3\xa9\xe2\x82\xac", true),
	    "cut behind its first byte");
	OK(loads("text", 5, "a\xc3\xa9", true), "cut in one of three");
	OK(loads("text", 2, "a", true), "cut in one of two");
	put_file("bad", "a\xff", 2);
	OK(doc_text_load(dir, in_dir("bad"), 10, &b, &cut, &err) < 0 &&
		err.code == DOC_E_DAMAGED,
	    "what is not UTF-8 is refused");
	err = (struct doc_error){ 0 };
	OK(doc_text_load(dir, "/etc/passwd", 10, &b, &cut, &err) < 0 &&
		err.code == DOC_E_OUTSIDE,
	    "and what lies outside");
	put_file("empty", "", 0);
	OK(loads("empty", 10, "", false), "an empty one");
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	test_versions();
	test_transaction();
	test_words();
	test_texts();
	doc_tree_remove(dir);
	return TAP_DONE();
}
