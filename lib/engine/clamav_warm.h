/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clamav_warm - what libclamav would otherwise do in every worker: its tables
 * for a format are built at the first file of that format, its converters are
 * loaded at the first use of a charset (12 ms -> 0.7 ms per document, and
 * loading code is forbidden in the cage).
 *
 * Runs in the zygote.
 */
#ifndef DOC_CLAMAV_WARM_H
#define DOC_CLAMAV_WARM_H

#include <stddef.h>

/* Call `scan` with one tiny sample of each format. */
void doc_clamav_samples(void (*scan)(const void *p, size_t n));

/* Load the converters of the charsets that libclamav asks for. */
void doc_clamav_charsets(void);

#endif
