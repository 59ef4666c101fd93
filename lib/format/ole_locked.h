/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ole_locked - is an old Office document encrypted?
 *
 * Runs in the worker; part of sniff_ole.c, which reads the directory.
 */
#ifndef DOC_OLE_LOCKED_H
#define DOC_OLE_LOCKED_H

#include "lib/base/base.h"

/* Does the compound file, or a document embedded in it, need a password? */
bool doc_ole_is_locked(const char *data, size_t size);

#endif
