/* SPDX-License-Identifier: GPL-2.0-or-later */
/* version - of the whole toolkit, and of the record format it writes. */
#ifndef DOC_VERSION_H
#define DOC_VERSION_H

#define DOC_VERSION "0.1.0"
enum { DOC_RECORD_VERSION = 1 };

#endif
