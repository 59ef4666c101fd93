/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outlook - what there is to say of an item of Outlook that is no mail.
 *
 * Any process; pure.
 */
#ifndef DOC_OUTLOOK_H
#define DOC_OUTLOOK_H

#include "lib/base/buf.h"

/* A property ([MS-OXPROPS]) that people fill in.  From 0x8000 on it is the
 * number of a name, which each file maps to a property of its own (2.4.7 of
 * [MS-PST], 2.2.3 of [MS-OXMSG]). */
struct doc_outlook_fact {
	uint32_t id;
	bool time; /* a FILETIME; else a string */
	const char *label;
};

/* Those of a message class (PidTagMessageClass), up to one without a label;
 * NULL: it says all in its body. */
const struct doc_outlook_fact *doc_outlook_facts(const char *class);

/* Append a line; `time` counts 100 ns since 1601, 0: none. */
void doc_outlook_time(struct doc_buf *out, const char *label, uint64_t time);

#endif
