/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/review/table.h"

static void
print_place(const struct doc_record *rec, struct doc_buf *to)
{
	doc_autobuf struct doc_buf label = { 0 };

	if (doc_record_label(rec, &label) == 0)
		doc_utf8_printable(to, label.data, label.len);
	doc_buf_addc(to, '\n');
}

/* "12", or "-" when there is none, or the status when it is not ok. */
static void
cell(const struct doc_value *stage, const char *key, int width,
    struct doc_buf *to)
{
	const char *status = doc_value_get_str(stage, "status");
	int64_t n = doc_value_int(doc_value_get(stage, key), -1);
	char text[32];

	if (n >= 0)
		snprintf(text, sizeof(text), "%jd", (intmax_t)n);
	else
		snprintf(text, sizeof(text), "%s",
		    status && strcmp(status, "error") == 0 ? "error" : "-");
	doc_buf_addf(to, "%*s ", width, text);
}

static void
print_type(const struct doc_record *rec, struct doc_buf *to)
{
	doc_autobuf struct doc_buf raw = { 0 }, b = { 0 };
	const char *media, *slash;

	if (doc_record_str(rec, "media", &raw) == 1)
		doc_utf8_printable(&b, raw.data ? raw.data : "", raw.len);
	media = doc_buf_str(&b);
	slash = media ? strchr(media, '/') : NULL;
	/* The interesting end of application/vnd.…-officedocument.… */
	if (slash != NULL && strlen(slash + 1) > 18)
		doc_buf_addf(to, "..%-16s ",
		    slash + 1 + strlen(slash + 1) - 16);
	else
		doc_buf_addf(to, "%-18s ", slash ? slash + 1 : "-");
}

static void
print_preview(const struct doc_value *preview, struct doc_buf *to)
{
	int64_t w = doc_value_int(doc_value_get(preview, "width"), -1);
	int64_t h = doc_value_int(doc_value_get(preview, "height"), -1);
	const char *status = doc_value_get_str(preview, "status");
	char text[48] = "-";

	if (w > 0 && h > 0)
		snprintf(text, sizeof(text), "%jdx%jd", (intmax_t)w,
		    (intmax_t)h);
	else if (status != NULL && strcmp(status, "error") == 0)
		snprintf(text, sizeof(text), "error");
	doc_buf_addf(to, "%-8s ", text);
}

static void
print_row(const struct doc_record *rec, struct doc_buf *to)
{
	doc_autovalue struct doc_value *scan = doc_record_value(rec, "scan");
	doc_autovalue struct doc_value *text = doc_record_value(rec, "text");
	doc_autovalue struct doc_value *ocr = doc_record_value(rec, "ocr");
	doc_autovalue struct doc_value *preview = doc_record_value(rec,
	    "preview");
	doc_autobuf struct doc_buf word = { 0 };
	const char *verdict = doc_value_get_str(scan, "verdict");

	if (verdict != NULL)
		doc_utf8_printable(&word, verdict, strlen(verdict));
	verdict = word.len > 0 ? doc_buf_str(&word) : NULL;
	doc_buf_addf(to, "%-10s ", verdict ? verdict : "-");
	print_type(rec, to);
	cell(text, "pages", 5, to);
	cell(text, "words", 7, to);
	cell(ocr, "words", 6, to);
	print_preview(preview, to);
	print_place(rec, to);
}

static int
flush(struct doc_buf *b, int out, struct doc_error *err)
{
	if (doc_write_full(out, b->data, b->len) < 0)
		return doc_error_sys(err, "cannot write the table");
	b->len = 0;
	return 0;
}

int
doc_table_print(struct doc_records *r, int out, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	int rc = doc_records_rewind(r, err);

	doc_buf_addf(&b, "%-10s %-18s %5s %7s %6s %-8s %s\n", "VERDICT", "TYPE",
	    "PAGES", "WORDS", "OCR", "PREVIEW", "PATH");
	while (rc >= 0 && (rc = doc_records_next(r, err)) > 0) {
		if (r->rec.type == DOC_TYPE_DOC)
			print_row(&r->rec, &b);
		if (b.len >= DOC_SINK_FULL && flush(&b, out, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : flush(&b, out, err);
}
