/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/base64.h"
#include "lib/base/io.h"
#include "lib/engine/remote_impl.h"
#include "lib/engine/remote_service.h"

#define TEMPLATE_MAX ((size_t)1 << 20)

/* What is known of a service by name. */
struct preset {
	const char *name, *path, *request;
};
static const struct preset presets[] = {
	{ "none", "", "raw" },
	{ "tika", "/tika", "put" },
	{ "tesseract-server", "/tesseract", "multipart:file" },
	{ "liteparse", "/ocr", "multipart:file" },
	{ "paddlex", "/ocr", "paddlex" },
};
static const char paddlex_template[] =
    "{\"file\":\"{{base64}}\",\"fileType\":1}";

int
remote_read_file(const char *name, size_t most, bool secret,
    struct doc_buf *out, struct doc_error *err)
{
	doc_autoclose int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char data[4096];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot read %s", name);
	if (!S_ISREG(st.st_mode))
		return doc_error_set(err, DOC_E_SPECIAL, "%s is no file", name);
	if (secret && (st.st_mode & 077) != 0)
		return doc_error_set(err, DOC_E_PERMISSION,
		    "%s: others may read this secret; chmod 600 it", name);
	out->max = most;
	while ((n = doc_read_full(fd, data, sizeof(data))) > 0)
		if (doc_buf_add(out, data, (size_t)n) < 0)
			return doc_error_set(err, DOC_E_SIZE, "%s is too long",
			    name);
	return n < 0 ? doc_error_sys(err, "cannot read %s", name) : 0;
}

/* "http:http://host/x" and "http://host/x" are the same; a preset adds its
 * path to a URL without one. */
static int
set_url(struct remote_service *s, const struct preset *preset,
    const char *engine, struct doc_error *err)
{
	const char *url = engine, *path;
	int rc;

	if (strncmp(engine, "http+unix:", 10) == 0) {
		size_t n = strcspn(engine + 10, ":");

		path = engine[10 + n] ? engine + 11 + n : preset->path;
		s->socket = strndup(engine + 10, n);
		rc = asprintf(&s->url, "http://localhost%s%s",
		    *path == '/' ? "" : "/", path);
		return s->socket && rc >= 0
		    ? 0
		    : doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	if (strncmp(url, "http:", 5) == 0 && strncmp(url, "http://", 7) != 0)
		url += 5;
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "--engine: no URL of http or https");
	path = strchr(strstr(url, "://") + 3, '/');
	rc = asprintf(&s->url, "%.*s%s",
	    path ? (int)(path - url) : (int)strlen(url), url,
	    path && path[1] ? path : preset->path);
	return rc >= 0 ? 0 : doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

static int
set_request(struct remote_service *s, const struct preset *preset,
    const struct doc_remote_config *c, struct doc_error *err)
{
	const char *request = c->request ? c->request : preset->request;

	s->request = request;
	if (strcmp(request, "paddlex") == 0) {
		s->request = "json:";
		return doc_buf_adds(&s->template, paddlex_template) < 0
		    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
		    : 0;
	}
	if (strncmp(request, "json:", 5) == 0)
		return remote_read_file(request + 5, TEMPLATE_MAX, false,
		    &s->template, err);
	if (strcmp(request, "raw") == 0 || strcmp(request, "put") == 0 ||
	    (strncmp(request, "multipart:", 10) == 0 && request[10]))
		return 0;
	return doc_error_set(err, DOC_E_USAGE,
	    "--http-request: raw, put, multipart:FIELD or json:FILE");
}

int
remote_service_open(struct remote_service *s, const struct doc_remote_config *c,
    struct doc_error *err)
{
	const struct preset *preset = NULL;

	for (size_t i = 0; i < DOC_LEN(presets); i++)
		if (strcmp(presets[i].name, c->api) == 0)
			preset = &presets[i];
	if (preset == NULL)
		return doc_error_set(err, DOC_E_USAGE, "--api: no '%s'",
		    c->api);
	return set_url(s, preset, c->engine, err) < 0
	    ? -1
	    : set_request(s, preset, c, err);
}

void
remote_service_release(struct remote_service *s)
{
	doc_buf_release(&s->template);
	free(s->url);
	free(s->socket);
}

int
remote_tesseract_options(const struct doc_remote_config *c, struct doc_buf *b)
{
	const char *l = c->lang;

	doc_buf_adds(b, "{\"languages\":[");
	while (*l) {
		size_t n = strcspn(l, "+");

		doc_buf_addf(b, "%s\"%.*s\"", l == c->lang ? "" : ",", (int)n,
		    l);
		l += n + (l[n] == '+');
	}
	doc_buf_addf(b, "],\"dpi\":%u}", c->dpi);
	return doc_buf_str(b) ? 0 : -1;
}

const char *
remote_two_letters(const char *lang)
{
	static const char *const names[][2] = { { "eng", "en" },
		{ "deu", "de" }, { "fra", "fr" }, { "spa", "es" },
		{ "ita", "it" }, { "por", "pt" }, { "nld", "nl" },
		{ "pol", "pl" }, { "ces", "cs" }, { "rus", "ru" },
		{ "ukr", "uk" }, { "swe", "sv" }, { "dan", "da" },
		{ "nor", "no" }, { "fin", "fi" }, { "tur", "tr" },
		{ "ell", "el" }, { "hun", "hu" }, { "ara", "ar" },
		{ "heb", "he" }, { "jpn", "ja" }, { "kor", "ko" },
		{ "chi_sim", "zh" }, { "chi_tra", "zh" } };

	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (strncmp(lang, names[i][0], strlen(names[i][0])) == 0)
			return names[i][1];
	return lang;
}

int
remote_service_fill(struct remote_service *service,
    const struct doc_remote_call *call, const void *picture,
    struct doc_buf *out)
{
	const char *s = doc_buf_str(&service->template), *mark;

	for (; s && (mark = strstr(s, "{{")) != NULL; s = mark) {
		if (doc_buf_add(out, s, (size_t)(mark - s)) < 0)
			return -1;
		if (strncmp(mark, "{{base64}}", 10) == 0) {
			if (doc_base64_encode(out, picture, call->bytes) < 0)
				return -1;
			mark += 10;
		} else if (strncmp(mark, "{{lang}}", 8) == 0) {
			doc_buf_adds(out, call->remote->config.lang);
			mark += 8;
		} else if (strncmp(mark, "{{page}}", 8) == 0) {
			doc_buf_addf(out, "%u", call->page);
			mark += 8;
		} else if (doc_buf_addc(out, *mark++) < 0) {
			return -1;
		}
	}
	return s ? doc_buf_adds(out, s) : -1;
}
