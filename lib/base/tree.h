/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree - make a folder; remove one of ours and what strangers left in it. */
#ifndef DOC_TREE_H
#define DOC_TREE_H

#include "lib/base/error.h"

/* mkdir -p, 0700. */
int doc_tree_make(const char *path, struct doc_error *err) DOC_MUST_CHECK;

/* Names are not looked at and no link is followed out; what cannot be removed
 * stays.  At most 32 levels. */
void doc_tree_remove(const char *path);
void doc_tree_remove_at(int dir, const char *path);

#endif
