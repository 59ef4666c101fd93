/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/record/stream.h"
#include "lib/run/table.h"

static void
print_place(const struct doc_record *rec, FILE *to)
{
	doc_autobuf struct doc_buf label = { 0 }, b = { 0 };

	if (doc_record_label(rec, &label) == 0 &&
	    doc_utf8_printable(&b, label.data, label.len) == 0)
		fwrite(b.data, 1, b.len, to);
	putc('\n', to);
}

/* "12", or "-" when there is none, or the status when it is not ok. */
static void
cell(const struct doc_value *stage, const char *key, int width, FILE *to)
{
	const char *status = doc_value_get_str(stage, "status");
	int64_t n = doc_value_int(doc_value_get(stage, key), -1);
	char text[32];

	if (n >= 0)
		snprintf(text, sizeof(text), "%jd", (intmax_t)n);
	else
		snprintf(text, sizeof(text), "%s",
		    status && strcmp(status, "error") == 0 ? "error" : "-");
	fprintf(to, "%*s ", width, text);
}

static void
print_type(const struct doc_record *rec, FILE *to)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *media = NULL, *slash;

	if (doc_record_str(rec, "media", &b) == 1)
		media = doc_buf_str(&b);
	slash = media ? strchr(media, '/') : NULL;
	/* The interesting end of application/vnd.…-officedocument.… */
	if (slash != NULL && strlen(slash + 1) > 18)
		fprintf(to, "..%-16s ", slash + 1 + strlen(slash + 1) - 16);
	else
		fprintf(to, "%-18s ", slash ? slash + 1 : "-");
}

static void
print_preview(const struct doc_value *preview, FILE *to)
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
	fprintf(to, "%-8s ", text);
}

static void
print_row(const struct doc_record *rec, FILE *to)
{
	doc_autovalue struct doc_value *scan = doc_record_value(rec, "scan");
	doc_autovalue struct doc_value *text = doc_record_value(rec, "text");
	doc_autovalue struct doc_value *ocr = doc_record_value(rec, "ocr");
	doc_autovalue struct doc_value *preview = doc_record_value(rec,
	    "preview");
	const char *verdict = doc_value_get_str(scan, "verdict");

	fprintf(to, "%-10s ", verdict ? verdict : "-");
	print_type(rec, to);
	cell(text, "pages", 5, to);
	cell(text, "words", 7, to);
	cell(ocr, "words", 6, to);
	print_preview(preview, to);
	print_place(rec, to);
}

int
doc_table_print(const char *path, FILE *to, struct doc_error *err)
{
	doc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct doc_lines in;
	const char *line;
	size_t len;
	int rc = 0;

	if (fd < 0)
		return doc_error_sys(err, "cannot open '%s'", path);
	fprintf(to, "%-10s %-18s %5s %7s %6s %-8s %s\n", "VERDICT", "TYPE",
	    "PAGES", "WORDS", "OCR", "PREVIEW", "PATH");
	doc_lines_init(&in, fd, '\n', DOC_LINE_MAX);
	while (rc >= 0 && !in.eof) {
		struct doc_record rec;

		rc = doc_lines_fill(&in, err);
		while (
		    rc >= 0 && (rc = doc_lines_next(&in, &line, &len, err)) > 0)
			if (doc_record_parse(&rec, line, len, err) < 0)
				rc = -1;
			else if (rec.type == DOC_TYPE_DOC)
				print_row(&rec, to);
	}
	doc_lines_release(&in);
	if (rc >= 0 && fflush(to) != 0)
		rc = doc_error_sys(err, "cannot write the table");
	return rc < 0 ? -1 : 0;
}
