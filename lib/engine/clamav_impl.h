/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clamav_impl - between clamav_load.c and clamav.c; nobody else includes it.
 *
 * The engine is made once, in the zygote, and is what fork is there to share.
 */
#ifndef DOC_CLAMAV_IMPL_H
#define DOC_CLAMAV_IMPL_H

#include <limits.h>

#include "lib/engine/clamav.h"
#include "lib/engine/dbset.h"
#include "lib/engine/signames.h"

/* libclamav 1.4 counts file sizes in int. */
#define MAX_FILE ((size_t)INT_MAX - 2)

struct doc_clamav {
	struct cl_engine *engine;
	struct doc_dbset set;
	struct doc_signames names;
	bool fuzzy;
	/* First message at error level.  libclamav's message callback has no
	 * dependable context, so what it said last goes through here. */
	char complaint[200];
};
extern struct doc_clamav doc_clamav;

/* clamav.c: have the engine tell what it does during a scan. */
void doc_clamav_listen(void);
/* clamav.c: scan and forget, to build what libclamav builds at first use. */
void doc_clamav_warm(const void *p, size_t n);

#endif
