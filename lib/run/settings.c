/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/base64.h"
#include "lib/base/digest.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/utf8.h"
#include "lib/base/version.h"
#include "lib/run/settings.h"

enum { RUN_JSON_MAX = 16 << 20 };

void
doc_settings_digest(const struct doc_buf *text, char out[static 33])
{
	char hex[DOC_DIGEST_HEX];
	struct doc_digest d;

	doc_digest_init(&d);
	doc_digest_field(&d, text->data ? text->data : "", text->len);
	doc_digest_hex(&d, hex);
	snprintf(out, 33, "%.32s", hex);
}

/* Words are bytes; those that are not UTF-8 go as {"b64":...}. */
static void
write_word(struct doc_json *j, const char *word)
{
	doc_autobuf struct doc_buf b = { 0 };
	size_t n = strlen(word);

	if (doc_utf8_valid(word, n) == n) {
		doc_json_strn(j, NULL, word, n);
		return;
	}
	if (doc_base64_encode(&b, word, n) < 0) {
		j->failed = true;
		return;
	}
	doc_json_open(j, NULL, '{');
	doc_json_strn(j, "b64", b.data, b.len);
	doc_json_close(j, '}');
}

static void
write_lines(struct doc_json *j, const char *key, const struct doc_buf *text)
{
	size_t at = 0;

	doc_json_open(j, key, '[');
	while (at < text->len) {
		const char *line = text->data + at;
		const char *end = memchr(line, '\n', text->len - at);
		size_t n = end ? (size_t)(end - line) : text->len - at;
		doc_autobuf struct doc_buf word = { 0 };

		if (doc_buf_add(&word, line, n) < 0 ||
		    doc_buf_str(&word) == NULL)
			j->failed = true;
		else
			write_word(j, word.data);
		at += n + 1;
	}
	doc_json_close(j, ']');
}

int
doc_settings_write(const struct doc_batch *b, struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };
	doc_autoclose int fd = -1;
	char path[4200], temp[4200], cwd[4096];
	struct doc_json j;

	doc_json_begin(&j, &text);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "version", DOC_VERSION);
	doc_json_int(&j, "record", DOC_RECORD_VERSION);
	doc_json_open(&j, "stages", '[');
	doc_json_str(&j, NULL, "doclist");
	for (unsigned i = 0; i < b->stage_count; i++)
		doc_json_str(&j, NULL, b->stages[i].name);
	doc_json_close(&j, ']');
	write_lines(&j, "settings", &b->settings);
	write_lines(&j, "engines", &b->engines);
	doc_json_open(&j, "command", '[');
	for (size_t i = 0; i < b->command.n; i++)
		write_word(&j, b->command.at[i]);
	doc_json_close(&j, ']');
	doc_json_open(&j, "folder", '[');
	write_word(&j, getcwd(cwd, sizeof(cwd)) ? cwd : ".");
	doc_json_close(&j, ']');
	doc_json_close(&j, '}');
	doc_buf_addc(&text, '\n');
	snprintf(path, sizeof(path), "%s/run.json", b->dir);
	snprintf(temp, sizeof(temp), "%s/run.json.new", b->dir);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (j.failed || fd < 0 || doc_write_full(fd, text.data, text.len) < 0 ||
	    fdatasync(fd) < 0 || rename(temp, path) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return 0;
}

static struct doc_value *
read_json(const char *dir, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	doc_autoclose int fd = -1;
	char path[4200];
	struct doc_value *v = NULL;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/run.json", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || doc_buf_reserve(&b, RUN_JSON_MAX) < 0) {
		doc_error_sys(err, "cannot read '%s'", path);
		return NULL;
	}
	n = doc_read_full(fd, b.data, RUN_JSON_MAX);
	if (n > 0)
		v = doc_value_parse(b.data, (size_t)n);
	if (v == NULL)
		doc_error_set(err, DOC_E_USAGE, "'%s' is damaged", path);
	return v;
}

/* A word as write_word wrote it. */
static int
read_word(const struct doc_value *v, struct doc_buf *out)
{
	const char *s = doc_value_str(v);
	const char *b64 = doc_value_get_str(v, "b64");

	out->len = 0;
	if (s != NULL)
		return doc_buf_adds(out, s);
	return b64 ? doc_base64_decode(out, b64, strlen(b64)) : -1;
}

static bool
has_line(const struct doc_buf *text, const char *line, size_t n)
{
	const char *at = text->data, *end = text->data + text->len;

	while (at != NULL && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((nl ? nl : end) - at);

		if (len == n && memcmp(at, line, n) == 0)
			return true;
		at += len + 1;
	}
	return false;
}

/* The lines of run.json's member as they were. */
static int
read_lines(const struct doc_value *v, const char *key, struct doc_buf *out)
{
	const struct doc_value *lines = doc_value_get(v, key);
	doc_autobuf struct doc_buf word = { 0 };

	doc_value_each (line, lines)
		if (read_word(line, &word) < 0 ||
		    doc_buf_add(out, word.data ? word.data : "", word.len) <
			0 ||
		    doc_buf_addc(out, '\n') < 0)
			return -1;
	return 0;
}

/* Call `say` for each line of `a` that `b` has not. */
static void
missing(const struct doc_buf *a, const struct doc_buf *b,
    void (*say)(const char *line, size_t n, struct doc_buf *out),
    struct doc_buf *out)
{
	for (size_t at = 0; at < a->len;) {
		const char *line = a->data + at;
		const char *end = memchr(line, '\n', a->len - at);
		size_t n = end ? (size_t)(end - line) : a->len - at;

		if (!has_line(b, line, n))
			say(line, n, out);
		at += n + 1;
	}
}

static void
say_then(const char *line, size_t n, struct doc_buf *out)
{
	doc_buf_addf(out, "%s%.*s then", out->len ? ", " : "",
	    (int)DOC_MIN(n, 80U), line);
}

static void
say_now(const char *line, size_t n, struct doc_buf *out)
{
	doc_buf_addf(out, "%s%.*s now", out->len ? ", " : "",
	    (int)DOC_MIN(n, 80U), line);
}

/* The name of the file, once. */
static void
say_file(const char *line, size_t n, struct doc_buf *out)
{
	const char *end = memchr(line, ' ', n);
	char name[80];

	snprintf(name, sizeof(name), "%.*s",
	    (int)DOC_MIN((size_t)(end ? end - line : (ptrdiff_t)n), 79U), line);
	if (strstr(doc_buf_str(out) ? out->data : "", name) == NULL)
		doc_buf_addf(out, "%s%s", out->len ? ", " : "", name);
}

int
doc_settings_differ(const struct doc_batch *b, struct doc_error *err)
{
	doc_autovalue struct doc_value *v = read_json(b->dir, err);
	doc_autobuf struct doc_buf then = { 0 }, what = { 0 };

	if (v == NULL)
		return -1;
	if (read_lines(v, "settings", &then) == 0) {
		missing(&then, &b->settings, say_then, &what);
		missing(&b->settings, &then, say_now, &what);
	}
	return doc_error_set(err, DOC_E_USAGE,
	    "'%s' was made with other settings: choose another folder, or "
	    "--restart (%s)",
	    b->dir, what.len ? doc_buf_str(&what) : "it does not say which");
}

void
doc_settings_changed(const struct doc_batch *b)
{
	struct doc_error err = { 0 };
	doc_autovalue struct doc_value *v = read_json(b->dir, &err);
	doc_autobuf struct doc_buf then = { 0 }, what = { 0 };

	if (read_lines(v, "engines", &then) == 0) {
		missing(&then, &b->engines, say_file, &what);
		missing(&b->engines, &then, say_file, &what);
	}
	doc_warn("what makes the results has changed since the last time%s "
		 "(%.300s)",
	    b->watch ? "" : "; all that depends on it is worked out anew",
	    what.len ? doc_buf_str(&what) : "programs, signatures, languages");
}

/* --spool of the command, or the one that lies in the run. */
static void
find_spool(const char *dir, const struct doc_value *run, char out[4200])
{
	const struct doc_value *words = doc_value_get(run, "command");
	doc_autobuf struct doc_buf word = { 0 }, folder = { 0 };
	char path[8400], *real;
	const char *from = NULL;

	snprintf(path, sizeof(path), "%s/spool", dir);
	if (read_word(doc_value_at(doc_value_get(run, "folder"), 0), &folder) ==
	    0)
		from = doc_buf_str(&folder);
	doc_value_each (each, words)
		if (read_word(each, &word) == 0 && doc_buf_str(&word) != NULL &&
		    strncmp(word.data, "--spool=", 8) == 0)
			snprintf(path, sizeof(path), "%s%s%s",
			    word.data[8] == '/' || !from ? "" : from,
			    word.data[8] == '/' || !from ? "" : "/",
			    word.data + 8);
	real = realpath(path, NULL);
	snprintf(out, 4200, "%s", real ? real : "");
	free(real);
}

int
doc_settings_read(const char *dir, struct doc_run_facts *facts,
    struct doc_error *err)
{
	doc_autovalue struct doc_value *v = read_json(dir, err);
	const struct doc_value *stages = doc_value_get(v, "stages");

	*facts = (struct doc_run_facts){ 0 };
	if (v == NULL)
		return -1;
	doc_value_each (stage, stages) {
		const char *name = doc_value_str(stage);

		if (name != NULL && doc_words_add(&facts->stages, name) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	find_spool(dir, v, facts->spool);
	return 0;
}

int
doc_batch_recall(const char *dir, struct doc_words *command,
    struct doc_error *err)
{
	doc_autovalue struct doc_value *v = read_json(dir, err);
	const struct doc_value *words = doc_value_get(v, "command");
	doc_autobuf struct doc_buf word = { 0 }, full = { 0 };
	char *real = realpath(dir, NULL);

	if (v == NULL || real == NULL) {
		free(real);
		return doc_error_sys(err, "cannot open '%s'", dir);
	}
	doc_buf_addf(&full, "--output=%s", real);
	free(real);
	doc_value_each (each, words)
		if (read_word(each, &word) < 0 || doc_buf_str(&word) == NULL ||
		    doc_words_add(command,
			command->n == 1 ? doc_buf_str(&full) : word.data) < 0)
			return doc_error_set(err, DOC_E_USAGE,
			    "'%s/run.json' is damaged", dir);
	if (command->n < 2)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s/run.json' has no command", dir);
	if (read_word(doc_value_at(doc_value_get(v, "folder"), 0), &word) < 0 ||
	    doc_buf_str(&word) == NULL || chdir(word.data) < 0)
		return doc_error_sys(err, "cannot go to the folder '%s'",
		    word.data ? word.data : "");
	return 0;
}

static int
add_file(struct doc_buf *engines, int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return doc_buf_addf(engines, "%s %jd %jd.%09ld\n", name,
	    (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
	    st.st_mtim.tv_nsec);
}

int
doc_batch_engine(struct doc_buf *engines, const char *path)
{
	struct dirent **names;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = fd < 0 ? 0 : scandir(path, &names, NULL, alphasort);
	int rc = doc_buf_addf(engines, "%s\n", path);

	if (fd < 0)
		return add_file(engines, AT_FDCWD, path) < 0 ? -1 : rc;
	for (int i = 0; i < n; i++) {
		if (rc == 0 && names[i]->d_name[0] != '.')
			rc = add_file(engines, fd, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	close(fd);
	return rc;
}
