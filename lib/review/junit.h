/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit - records as a JUnit report, for whoever shows test results.
 *
 * docrun and its verbs.  A test case for each document, which passes unless
 * something was found in it that `gates` names: an error when a stage had one,
 * a failure when it is infected or partial.  The form is what the schemas of
 * Ant (JUnit.xsd, as kept by Windy Road) and of Jenkins' xunit plugin
 * (junit-10.xsd) have in common, so that either validates.
 */
#ifndef DOC_JUNIT_H
#define DOC_JUNIT_H

#include "lib/review/records.h"

/* Reads the records twice; `out` is standard output, for the path "-". */
int doc_junit_write(struct doc_records *r, unsigned gates, const char *path,
    int out, struct doc_error *err) DOC_MUST_CHECK;

#endif
