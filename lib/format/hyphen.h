/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hyphen - words divided at the end of a line.
 *
 * Any process; pure.
 */
#ifndef DOC_HYPHEN_H
#define DOC_HYPHEN_H

#include "lib/base/buf.h"

/* Make them whole, in place: the rest of the word comes up to the first line.
 * A division is a letter, a hyphen, the end of the line and a letter that is
 * not a capital: "Anglo-\nSaxon" keeps its hyphen. */
void doc_hyphen_join(struct doc_buf *text);

#endif
