/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/record/media.h"
#include "lib/record/path.h"
#include "lib/store/entry.h"

enum { ID_MAX = 64 };

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
unhex(const char *s, size_t bytes, uint8_t *out)
{
	if (strlen(s) != 2 * bytes)
		return false;
	for (size_t i = 0; i < bytes; i++) {
		int high = nibble(s[2 * i]), low = nibble(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
doc_fingerprint_parse(const char *s, uint64_t *fingerprint)
{
	uint8_t b[8];

	if (!unhex(s, sizeof(b), b))
		return false;
	*fingerprint = 0;
	for (size_t i = 0; i < sizeof(b); i++)
		*fingerprint = *fingerprint << 8 | b[i];
	return true;
}

/* The worst status so far, and the first error. */
static void
judge(struct doc_entry *e, const struct doc_value *stage)
{
	const char *status = doc_value_get_str(stage, "status");
	const char *code = doc_value_get_str(doc_value_get(stage, "error"),
	    "code");

	if (status == NULL)
		return;
	if (strcmp(status, "error") == 0)
		e->status = "error";
	else if (strcmp(status, "partial") == 0 && strcmp(e->status, "ok") == 0)
		e->status = "partial";
	if (code != NULL && e->error[0] == '\0')
		snprintf(e->error, sizeof(e->error), "%s", code);
}

static int
add_words(struct doc_buf *b, const char *s)
{
	if (s == NULL)
		return 0;
	return doc_buf_adds(b, s) < 0 ? -1 : doc_buf_addc(b, '\n');
}

/* Title, people, names of what is attached: found like text. */
static int
take_words(struct doc_entry *e, const struct doc_value *text)
{
	static const char *const keys[] = { "title", "creator", "subject",
		"description", "keywords", "publisher" };
	static const char *const lists[] = { "recipients", "attachments" };

	for (size_t i = 0; i < DOC_LEN(keys); i++)
		if (add_words(&e->title, doc_value_get_str(text, keys[i])) < 0)
			return -1;
	for (size_t i = 0; i < DOC_LEN(lists); i++) {
		const struct doc_value *l = doc_value_get(text, lists[i]);

		doc_value_each (line, l)
			if (add_words(&e->title, doc_value_str(line)) < 0)
				return -1;
	}
	return 0;
}

static int
take_file(const struct doc_value *v, struct doc_buf *file, struct doc_buf *in)
{
	const char *path = doc_value_get_str(v, "file");
	const char *content = doc_value_get_str(v, "content");

	/* With its NUL: it is a name for open(2). */
	if (path != NULL)
		return doc_buf_adds(file, path) < 0 || !doc_buf_str(file) ? -1
									  : 0;
	return content ? doc_buf_adds(in, content) : 0;
}

static int
take_stages(struct doc_entry *e)
{
	const struct doc_record *rec = e->rec;
	doc_autovalue struct doc_value *list = doc_record_value(rec, "list");
	doc_autovalue struct doc_value *scan = doc_record_value(rec, "scan");
	doc_autovalue struct doc_value *text = doc_record_value(rec, "text");
	doc_autovalue struct doc_value *ocr = doc_record_value(rec, "ocr");
	doc_autovalue struct doc_value *view = doc_record_value(rec, "preview");
	const struct doc_value *all[] = { list, scan, text, ocr, view };
	const char *verdict = doc_value_get_str(scan, "verdict");
	const char *print = doc_value_get_str(view, "phash");
	int64_t words = doc_value_int(doc_value_get(text, "words"), -1);
	int64_t read = doc_value_int(doc_value_get(ocr, "words"), -1);

	for (size_t i = 0; i < DOC_LEN(all); i++)
		judge(e, all[i]);
	snprintf(e->verdict, sizeof(e->verdict), "%s", verdict ? verdict : "");
	e->pages = doc_value_int(doc_value_get(text, "pages"),
	    doc_value_int(doc_value_get(ocr, "pages"), -1));
	e->words = DOC_MAX(words, read);
	/* 0 is a picture of one colour: like nothing. */
	e->has_fingerprint = print != NULL &&
	    doc_fingerprint_parse(print, &e->fingerprint) &&
	    e->fingerprint != 0;
	if (take_words(e, text) < 0 ||
	    take_file(text, &e->text, &e->text_in) < 0 ||
	    take_file(ocr, &e->ocr, &e->ocr_in) < 0)
		return -1;
	return 0;
}

static void
take_digest(struct doc_entry *e)
{
	char hex[DOC_DIGEST_HEX];
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_add(&d, e->rec->line, e->rec->len);
	doc_digest_hex(&d, hex);
	hex[16] = '\0';
	(void)!doc_fingerprint_parse(hex, &e->digest);
}

static int
take_names(struct doc_entry *e, const char *tenant)
{
	const struct doc_record *rec = e->rec;
	doc_autobuf struct doc_buf sha = { 0 };
	int rc = doc_record_str(rec, "tenant", &e->tenant);

	if (rc == 0)
		rc = doc_buf_adds(&e->tenant, tenant);
	if (rc < 0 || doc_record_label(rec, &e->path) < 0 ||
	    doc_record_str(rec, "media", &e->media) < 0 ||
	    doc_record_str(rec, "mtime", &e->mtime) < 0 ||
	    doc_record_str(rec, "sha256", &sha) < 0 ||
	    doc_buf_str(&e->media) == NULL || doc_buf_str(&sha) == NULL)
		return -1;
	e->has_sha256 = unhex(doc_buf_str(&sha), 32, e->sha256);
	e->size = doc_record_int(rec, "size", -1);
	if (doc_media_family(doc_buf_str(&e->media)) != DOC_FAMILY_NONE)
		e->family = doc_family_name(
		    doc_media_family(doc_buf_str(&e->media)));
	return 0;
}

int
doc_entry_make(struct doc_entry *e, const struct doc_record *rec,
    const char *tenant, struct doc_error *err)
{
	*e = (struct doc_entry){ .rec = rec, .status = "ok" };
	if (doc_record_str(rec, "id", &e->id) < 0)
		goto memory;
	if (e->id.len == 0 || e->id.len > ID_MAX) {
		doc_entry_release(e);
		return doc_error_set(err, DOC_E_NAME,
		    "the record has no usable id");
	}
	if (take_names(e, tenant) < 0 || take_stages(e) < 0)
		goto memory;
	take_digest(e);
	return 0;
memory:
	doc_entry_release(e);
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

void
doc_entry_release(struct doc_entry *e)
{
	doc_buf_release(&e->id);
	doc_buf_release(&e->tenant);
	doc_buf_release(&e->path);
	doc_buf_release(&e->media);
	doc_buf_release(&e->mtime);
	doc_buf_release(&e->title);
	doc_buf_release(&e->text);
	doc_buf_release(&e->ocr);
	doc_buf_release(&e->text_in);
	doc_buf_release(&e->ocr_in);
}
