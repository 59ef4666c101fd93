/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * starved - did any allocation of this process fail?
 *
 * Libraries turn a failed malloc into success with less: libclamav says
 * "clean" of a .bz2 whose decompressor could not be set up, Tesseract returns
 * no text.  Linking this module puts it between every library and glibc's
 * allocator (which stays in charge), so that no failure goes unseen.
 *
 * Runs in the workers of docscan and dococr, which the Makefile links with
 * starved.o by name: it defines malloc, so it is kept out of the library.
 * Compiled away under the address sanitizer, which has its own allocator.
 */
#ifndef DOC_STARVED_H
#define DOC_STARVED_H

#include "lib/base/base.h"

/* Forget what was. */
void doc_starved_reset(void);

/* Has malloc or a relative returned NULL since? */
bool doc_starved(void);

#endif
