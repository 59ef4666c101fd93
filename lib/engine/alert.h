/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alert - what the names mean that ClamAV reports.
 *
 * Worker (libclamav) and supervisor (clamd); pure.  ClamAV reports as viruses
 * also what it only guessed and what it did not look at.
 */
#ifndef DOC_ALERT_H
#define DOC_ALERT_H

#include "lib/record/reason.h"

enum doc_alert {
	DOC_ALERT_MATCH,     /* a signature */
	DOC_ALERT_HEURISTIC, /* a guess */
	DOC_ALERT_UNSEEN     /* something was not looked at, see the reason */
};

/* *reason is set for UNSEEN only. */
enum doc_alert doc_alert_of(const char *name, enum doc_reason *reason);

#endif
