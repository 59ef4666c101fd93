/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * starved - did any allocation of this process fail?
 *
 * Libraries turn a failed malloc into something else: libclamav says "clean"
 * of a .bz2 whose decompressor could not be set up, Tesseract returns no text,
 * poppler calls the document damaged, libstdc++ and glib end the process.  The
 * record must name the memory limit all the same.
 *
 * A supervisor notes here that a value it looked for in a record could not be
 * read, which is not the same as a value that is not there.
 *
 * In workers starved_malloc.c puts itself between every library and glibc's
 * allocator (which stays in charge); the Makefile links it into the engine
 * programs by name, for it defines malloc.  Without it, as under the address
 * sanitizer, which has its own allocator, the answer is always no.
 */
#ifndef DOC_STARVED_H
#define DOC_STARVED_H

#include "lib/base/base.h"

/* Forget what was. */
void doc_starved_reset(void);

/* Has malloc or a relative returned NULL since? */
bool doc_starved(void);

/* One did. */
void doc_starved_note(void);

#endif
