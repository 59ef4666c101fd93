/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * starved - did any allocation of this process fail?
 *
 * Libraries turn a failed malloc into success with less: libclamav says
 * "clean" of a .bz2 whose decompressor could not be set up, Tesseract returns
 * no text.  Linking this module puts it between every library and glibc's
 * allocator (which stays in charge), so that no failure goes unseen.
 *
 * Any process; since it defines malloc, the linker takes it from libdoc.a into
 * every executable, at no measurable cost.  Compiled away under the address
 * sanitizer, which has its own allocator.
 */
#ifndef DOC_STARVED_H
#define DOC_STARVED_H

#include "lib/base/base.h"

/* Forget what was. */
void doc_starved_reset(void);

/* Has malloc or a relative returned NULL since? */
bool doc_starved(void);

#endif
