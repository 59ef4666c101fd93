/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allow - a list of contents that need no looking at.
 *
 * Supervisor.  SHA-256 digests as sha256sum(1) prints them, one a line; what
 * follows the digest, empty lines and lines that begin with '#' are ignored.
 */
#ifndef DOC_ALLOW_H
#define DOC_ALLOW_H

#include "lib/base/error.h"

struct doc_allow {
	char *hex; /* sorted, DOC_DIGEST_HEX bytes each */
	size_t count;
};

/* USAGE when the file cannot be read or a line has no digest. */
int doc_allow_read(const char *path, struct doc_allow *allow,
    struct doc_error *err) DOC_MUST_CHECK;
bool doc_allow_has(const struct doc_allow *allow, const char *sha256);
void doc_allow_release(struct doc_allow *allow);

#endif
