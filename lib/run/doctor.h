/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor - what this machine can enforce (docrun --doctor). */
#ifndef DOC_DOCTOR_H
#define DOC_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

/* Try each mechanism and print, as text or as one JSON object.  Returns the
 * exit status: 0 when the default level can be had, 4 when not, 3 when it
 * could not be told. */
int doc_doctor(bool json, FILE *to);

#endif
