/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree - remove a folder of ours and whatever strangers left in it. */
#ifndef DOC_TREE_H
#define DOC_TREE_H

#include "lib/base/base.h"

/* Names are not looked at and no link is followed out; what cannot be removed
 * stays.  At most 32 levels. */
void doc_tree_remove(const char *path);

#endif
