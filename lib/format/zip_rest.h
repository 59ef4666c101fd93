/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zip_rest - the members of a zip by its directory, without libarchive.
 *
 * Runs in the worker.  libarchive 3.6.2 gives up a zip where one member breaks,
 * at extra fields that are too short, and at others it does not like; what is
 * behind is as good as before.  Stored and deflated members only.
 */
#ifndef DOC_ZIP_REST_H
#define DOC_ZIP_REST_H

#include "lib/format/inflate.h"
#include "lib/format/unpack.h"
#include "lib/pool/work.h"

struct doc_zip_rest;

/* Behind the first `skip` members in the order of the file, which is
 * libarchive's.  NULL: it is no zip, has no directory that can be read, or no
 * more members. */
struct doc_zip_rest *doc_zip_rest_open(const struct doc_input *in,
    uint64_t skip);

/* The next member; false behind the last. */
bool doc_zip_rest_next(struct doc_zip_rest *rest,
    struct doc_unpack_entry *entry);

/* Its content.  0, or -1 with DAMAGED (the sink has what was before),
 * UNSUPPORTED, MEMORY, or the sink's error. */
int doc_zip_rest_pour(struct doc_zip_rest *rest, doc_inflate_sink *sink,
    void *ctx, struct doc_error *err) DOC_MUST_CHECK;

void doc_zip_rest_free(struct doc_zip_rest *rest);

#endif
