/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/store/snippet.h"
#include "lib/store/text.h"
#include "lib/store/words.h"

enum { TEXT_MAX = 4 << 20 };

int
doc_snippet_open(struct doc_snippet *s, struct doc_error *err)
{
	*s = (struct doc_snippet){ 0 };
	if (doc_db_open(&s->db, NULL, DOC_DB_MEMORY, err) < 0 ||
	    doc_db_exec(s->db,
		"CREATE VIRTUAL TABLE words USING fts5(title, text, ocr,"
		" tokenize='unicode61 remove_diacritics 2')",
		err) < 0 ||
	    doc_query_make(s->db,
		"INSERT INTO words(rowid,title,text,ocr) VALUES(1,?1,?2,?3)",
		&s->add, err) < 0 ||
	    doc_query_make(s->db,
		"SELECT snippet(words,-1,'[',']','\xe2\x80\xa6',16) FROM words "
		"WHERE words MATCH ?1",
		&s->ask, err) < 0 ||
	    doc_query_make(s->db, "DELETE FROM words", &s->drop, err) < 0) {
		doc_snippet_close(s);
		return -1;
	}
	return 0;
}

void
doc_snippet_close(struct doc_snippet *s)
{
	doc_query_free(s->add);
	doc_query_free(s->ask);
	doc_query_free(s->drop);
	doc_db_close(s->db);
	*s = (struct doc_snippet){ 0 };
}

/* A text that is gone from the spool is not shown, and that is all. */
static void
load(const struct doc_buf *file, const struct doc_buf *in, struct doc_buf *out)
{
	struct doc_error ignored = { 0 };
	bool cut;

	if (file->len > 0)
		(void)!doc_text_load(NULL, file->data, TEXT_MAX, out, &cut,
		    &ignored);
	else
		(void)!doc_words_prepare(out, in->data,
		    DOC_MIN(in->len, (size_t)TEXT_MAX));
}

int
doc_snippet_make(struct doc_snippet *s, const struct doc_entry *e,
    const char *words, struct doc_buf *out, struct doc_error *err)
{
	doc_autobuf struct doc_buf title = { 0 }, text = { 0 }, ocr = { 0 };
	const char *p;
	size_t n;
	int rc;

	if (doc_words_prepare(&title, e->title.data, e->title.len) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	load(&e->text, &e->text_in, &text);
	load(&e->ocr, &e->ocr_in, &ocr);
	doc_query_text(s->add, 1, title.data, title.len);
	doc_query_text(s->add, 2, text.data, text.len);
	doc_query_text(s->add, 3, ocr.data, ocr.len);
	doc_query_str(s->ask, 1, words);
	if (doc_query_run(s->drop, err) < 0 || doc_query_run(s->add, err) < 0)
		return -1;
	rc = doc_query_step(s->ask, err);
	if (rc > 0) {
		p = doc_row_text(s->ask, 0, &n);
		if (doc_words_show(out, p, n) < 0)
			rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
		doc_query_reset(s->ask);
	}
	return rc < 0 ? -1 : 0;
}
