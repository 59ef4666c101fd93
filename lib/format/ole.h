/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ole - a compound file (old Office, Outlook messages): streams in storages
 * (libgsf).
 *
 * Runs in the worker; doc_ole_warm in the zygote.
 */
#ifndef DOC_OLE_H
#define DOC_OLE_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/* Largest stream that is read, bytes. */
#define DOC_OLE_STREAM_MAX ((size_t)256 << 20)

struct doc_ole;

#define doc_autoole __attribute__((cleanup(doc_ole_closep)))

/* In the zygote: libgsf's types. */
void doc_ole_warm(void);

bool doc_ole_is(const struct doc_input *in);

/* `in` must outlive it.  DAMAGED when it is no compound file. */
int doc_ole_open(const struct doc_input *in, struct doc_ole **ole,
    struct doc_error *err) DOC_MUST_CHECK;

/* Append the stream `path` ("Workbook", "MBD0001/Workbook") to `buf`.  1 if
 * there is one, cut where the file ends; 0 if there is none; -1 when it is
 * damaged or larger than DOC_OLE_STREAM_MAX, with what could be read. */
int doc_ole_read(struct doc_ole *ole, const char *path, struct doc_buf *buf);

/* Entry number i of a storage ("" the root), UTF-8, in `name`; false when there
 * is no such entry. */
bool doc_ole_entry(struct doc_ole *ole, const char *storage, unsigned i,
    struct doc_buf *name, bool *is_storage);

/* A message that is stored in another one, as a file of its own: `out` (empty)
 * gets a compound file with the storage as its root.  -1 with DAMAGED when not
 * all of it could be read (what could is there), MEMORY. */
int doc_ole_save_message(struct doc_ole *ole, const char *storage,
    struct doc_buf *out, struct doc_error *err) DOC_MUST_CHECK;

void doc_ole_closep(struct doc_ole **ole);

#endif
