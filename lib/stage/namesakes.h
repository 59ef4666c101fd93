/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namesakes - how often did a member of this name come, in one container?
 *
 * Supervisor of doclist, which counts itself: whoever rules the worker would
 * else give two members one id.  8 bytes for each name, in a table that is half
 * to three quarters full: 16 MiB for a million, which is what --max-members
 * allows, while their container is being opened; nothing for the usual few.
 *
 * A name is known by 48 bits of its digest.  Two names that share them share
 * their count: they are told apart by their names still, and none of them
 * counts the same twice.
 */
#ifndef DOC_NAMESAKES_H
#define DOC_NAMESAKES_H

#include "lib/base/base.h"

struct doc_namesakes {
	uint64_t *at;
	size_t count, room;
};

/* Which one of its name is this, from 1; 0: no memory. */
uint32_t doc_namesakes_add(struct doc_namesakes *n, const char *name,
    size_t len) DOC_MUST_CHECK;

void doc_namesakes_release(struct doc_namesakes *n);

#endif
