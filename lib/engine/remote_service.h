/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote_service - what an HTTP service is to be asked, and how it wants it.
 *
 * Supervisor, before the first call, and for each call its body; it talks to
 * nobody (remote_http.c does).  The names of --api stand here.
 */
#ifndef DOC_REMOTE_SERVICE_H
#define DOC_REMOTE_SERVICE_H

#include "lib/base/buf.h"
#include "lib/engine/remote.h"

struct remote_service {
	char *url, *socket;  /* socket: of http+unix:, or NULL */
	const char *request; /* "raw", "put", "multipart:FIELD" or "json:..." */
	struct doc_buf template; /* of a JSON request */
};

/* To be released after a failure, too.  USAGE, IO, SPECIAL, SIZE. */
int remote_service_open(struct remote_service *s,
    const struct doc_remote_config *c, struct doc_error *err) DOC_MUST_CHECK;
void remote_service_release(struct remote_service *s);

/* The template with {{base64}}, {{lang}} and {{page}} filled in. */
int remote_service_fill(struct remote_service *service,
    const struct doc_remote_call *call, const void *picture,
    struct doc_buf *out) DOC_MUST_CHECK;

/* tesseract-server: {"languages":["eng","deu"],"dpi":300} */
int remote_tesseract_options(const struct doc_remote_config *c,
    struct doc_buf *out) DOC_MUST_CHECK;

/* LiteParse wants ISO 639-1; others get what they were asked in. */
const char *remote_two_letters(const char *lang);

/* All of a file of at most `most` bytes; a secret's is nobody else's to read.
 * PERMISSION, SPECIAL, SIZE, IO. */
int remote_read_file(const char *name, size_t most, bool secret,
    struct doc_buf *out, struct doc_error *err) DOC_MUST_CHECK;

#endif
