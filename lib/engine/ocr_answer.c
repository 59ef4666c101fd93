/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/ocr_answer.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/record/value.h"

/* Columns of Tesseract's TSV. */
enum { TSV_LEVEL, TSV_LINE = 4, TSV_CONF = 10, TSV_TEXT = 11, TSV_COLUMNS };
#define TSV_WORD 5 /* level of a word */

struct reader {
	struct doc_text *text;
	double sum; /* of confidences */
	unsigned told;
};

static const struct {
	const char *api;
	struct doc_answer_form form;
} presets[] = {
	{ "none", { "text", NULL, NULL } },
	{ "tika", { "text", NULL, NULL } },
	{ "tesseract-server",
	    { "json:/data/stdout", "/data/exit/code", NULL } },
	{ "liteparse",
	    { "json:/results/*/text", "/error", "/results/*/confidence" } },
	{ "paddlex",
	    { "json:/result/ocrResults/*/prunedResult/rec_texts/*",
		"/errorCode",
		"/result/ocrResults/*/prunedResult/rec_scores/*" } },
};

struct doc_answer_form
doc_answer_form_of(const char *api)
{
	for (size_t i = 0; i < DOC_LEN(presets); i++)
		if (strcmp(presets[i].api, api) == 0)
			return presets[i].form;
	return (struct doc_answer_form){ 0 };
}

bool
doc_answer_form_valid(const char *form)
{
	return strcmp(form, "text") == 0 || strcmp(form, "tsv") == 0 ||
	    strcmp(form, "hocr") == 0 || strncmp(form, "json:/", 6) == 0;
}

static void
tell(struct reader *r, double confidence)
{
	if (!(confidence >= 0 && confidence <= 100))
		return;
	r->sum += confidence;
	r->told++;
}

/* --- TSV -------------------------------------------------------------------*/

struct tsv_row {
	const char *column[TSV_COLUMNS];
	size_t len[TSV_COLUMNS];
};

/* The last column takes the rest of the line. */
static bool
cut_row(const char *line, size_t n, struct tsv_row *row)
{
	for (unsigned c = 0; c < TSV_COLUMNS; c++) {
		const char *tab = c + 1 < TSV_COLUMNS ? memchr(line, '\t', n)
						      : line + n;

		if (tab == NULL)
			return false;
		row->column[c] = line;
		row->len[c] = (size_t)(tab - line);
		n -= row->len[c] + (c + 1 < TSV_COLUMNS);
		line = tab + 1;
	}
	return true;
}

static int
number(const struct tsv_row *row, unsigned c)
{
	char s[16];

	snprintf(s, sizeof(s), "%.*s", (int)DOC_MIN(row->len[c], (size_t)15),
	    row->column[c]);
	return atoi(s);
}

static void
put_tsv_word(struct reader *r, const struct tsv_row *row, int64_t *line)
{
	int64_t here = number(row, TSV_LINE) +
	    1000 * (number(row, 3) + (int64_t)1000 * number(row, 2));

	if (*line == here)
		doc_text_puts(r->text, " ");
	else
		doc_text_line(r->text);
	*line = here;
	doc_text_put(r->text, row->column[TSV_TEXT], row->len[TSV_TEXT]);
	tell(r, number(row, TSV_CONF));
}

static int
read_tsv(struct reader *r, const char *p, size_t n)
{
	struct tsv_row row;
	int64_t line = -1;

	if (n < 6 || memcmp(p, "level\t", 6) != 0)
		return -1;
	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t len = end ? (size_t)(end - p) : n;

		if (cut_row(p, len, &row) &&
		    number(&row, TSV_LEVEL) == TSV_WORD)
			put_tsv_word(r, &row, &line);
		n -= DOC_MIN(len + 1, n);
		p += len + 1;
	}
	return 0;
}

/* --- hOCR ------------------------------------------------------------------*/

/* Is `what` in the n bytes of a tag? */
static const char *
in_tag(const char *tag, size_t n, const char *what)
{
	return memmem(tag, n, what, strlen(what));
}

static void
put_entity(struct doc_text *text, const char *s, size_t n)
{
	static const char *const names[][2] = { { "&amp;", "&" },
		{ "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&#39;", "'" }, { "&apos;", "'" } };

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (strlen(names[i][0]) == n && memcmp(names[i][0], s, n) == 0)
			s = names[i][1], n = strlen(s);
	doc_text_put(text, s, n);
}

/* Text up to the next tag; white space between words is ours to make. */
static void
put_content(struct doc_text *text, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *end = p[i] == '&' ? memchr(p + i, ';', n - i)
					      : NULL;
		size_t len = end ? (size_t)(end - p) + 1 - i : 1;

		if (strchr(" \t\r\n", p[i]) != NULL && p[i])
			continue;
		/* The bytes of one character come one by one, so they are put
		 * together: the sink takes whole sequences. */
		while (!end && i + len < n && p[i + len] != '&' &&
		    strchr(" \t\r\n", p[i + len]) == NULL)
			len++;
		put_entity(text, p + i, len);
		i += len - 1;
	}
}

static void
read_tag(struct reader *r, const char *tag, size_t n, bool *in_word,
    bool *first)
{
	const char *conf;
	char s[16];

	if (in_tag(tag, n, "ocrx_word") != NULL) {
		if (!*first)
			doc_text_puts(r->text, " ");
		*first = false;
		*in_word = true;
		conf = in_tag(tag, n, "x_wconf ");
		if (conf == NULL)
			return;
		conf += strlen("x_wconf ");
		snprintf(s, sizeof(s), "%.*s",
		    (int)DOC_MIN(n - (size_t)(conf - tag), (size_t)15), conf);
		tell(r, atof(s));
	} else if (n > 5 && memcmp(tag, "/span", 5) == 0) {
		*in_word = false;
	} else if (in_tag(tag, n, "ocr_line") || in_tag(tag, n, "ocr_header") ||
	    in_tag(tag, n, "ocr_caption") || in_tag(tag, n, "ocr_textfloat")) {
		doc_text_line(r->text);
		*first = true;
	}
}

static int
read_hocr(struct reader *r, const char *p, size_t n)
{
	const char *end = p + n;
	bool in_word = false, first = true;

	if (memmem(p, n, "ocr_page", 8) == NULL)
		return -1;
	while (p < end) {
		const char *open = memchr(p, '<', (size_t)(end - p));
		const char *close;

		if (in_word)
			put_content(r->text, p,
			    (size_t)((open ? open : end) - p));
		close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
		if (close == NULL)
			return open == NULL ? 0 : -1;
		read_tag(r, open + 1, (size_t)(close - open), &in_word, &first);
		p = close + 1;
	}
	return 0;
}

/* --- JSON ------------------------------------------------------------------*/

/* One step of a pointer: "~1" is a slash, "~0" a tilde. */
static size_t
take_step(const char *pointer, char step[static 64])
{
	size_t i = 1, n = 0;

	for (; pointer[i] && pointer[i] != '/'; i++) {
		char c = pointer[i];

		if (c == '~' &&
		    (pointer[i + 1] == '0' || pointer[i + 1] == '1'))
			c = pointer[++i] == '0' ? '~' : '/';
		if (n < 63)
			step[n++] = c;
	}
	step[n] = '\0';
	return i;
}

/* Hand everything the pointer leads to to `each`.  -1: it leads nowhere, or
 * what is there is not wanted. */
static int
walk(struct reader *r, const struct doc_value *v, const char *pointer,
    int (*each)(struct reader *r, const struct doc_value *v))
{
	char step[64];

	if (v == NULL)
		return -1;
	if (*pointer == '\0')
		return each(r, v);
	pointer += take_step(pointer, step);
	if (strcmp(step, "*") != 0 && !doc_value_is_array(v))
		return walk(r, doc_value_get(v, step), pointer, each);
	if (!doc_value_is_array(v))
		return -1;
	if (strcmp(step, "*") != 0)
		return walk(r, doc_value_at(v, (size_t)atoi(step)), pointer,
		    each);
	doc_value_each (element, v)
		if (walk(r, element, pointer, each) < 0)
			return -1;
	return 0;
}

static int
put_string(struct reader *r, const struct doc_value *v)
{
	const char *s = doc_value_str(v);

	if (s == NULL)
		return -1;
	doc_text_puts(r->text, s);
	doc_text_line(r->text);
	return 0;
}

/* LiteParse's are up to 1, others' up to 100. */
static int
tell_number(struct reader *r, const struct doc_value *v)
{
	double n = doc_value_number(v, -1);

	tell(r, n <= 1 ? n * 100 : n);
	return 0;
}

static bool
says_failed(const struct doc_value *v, const char *pointer)
{
	const char *s;
	char step[64];

	while (pointer && *pointer && v != NULL) {
		pointer += take_step(pointer, step);
		v = doc_value_is_array(v) ? doc_value_at(v, (size_t)atoi(step))
					  : doc_value_get(v, step);
	}
	s = doc_value_str(v);
	return pointer != NULL &&
	    (doc_value_int(v, 0) != 0 || (s != NULL && *s && strcmp(s, "0")));
}

static int
read_json(struct reader *r, const struct doc_input *in,
    const struct doc_answer_form *form, struct doc_error *err)
{
	doc_autovalue struct doc_value *v = doc_value_parse(in->data, in->size);

	if (v == NULL)
		return doc_error_set(err, DOC_E_SERVICE,
		    "the answer is not JSON");
	if (says_failed(v, form->error))
		return doc_error_set(err, DOC_E_REJECTED,
		    "the service answers that it failed");
	if (walk(r, v, form->form + strlen("json:"), put_string) < 0)
		return doc_error_set(err, DOC_E_SERVICE,
		    "the answer has no text at %.60s",
		    form->form + strlen("json:"));
	if (form->confidence) /* text without is as good */
		(void)walk(r, v, form->confidence, tell_number);
	return 0;
}

int
doc_ocr_answer(const struct doc_input *in, const struct doc_answer_form *form,
    struct doc_text *text, int *confidence, struct doc_error *err)
{
	struct reader r = { .text = text };
	int rc = 0;

	*confidence = -1;
	if (doc_utf8_valid(in->data, in->size) != in->size)
		return doc_error_set(err, DOC_E_REJECTED,
		    "the answer is not UTF-8");
	if (strncmp(form->form, "json:", 5) == 0) {
		if (read_json(&r, in, form, err) < 0)
			return -1;
	} else if (in->size > 0 && strcmp(form->form, "tsv") == 0)
		rc = read_tsv(&r, in->data, in->size);
	else if (in->size > 0 && strcmp(form->form, "hocr") == 0)
		rc = read_hocr(&r, in->data, in->size);
	else
		doc_text_put(text, in->data, in->size);
	if (rc < 0)
		return doc_error_set(err, DOC_E_SERVICE, "the answer is no %s",
		    form->form);
	if (r.told > 0)
		*confidence = (int)(r.sum / r.told + 0.5);
	return 0;
}
