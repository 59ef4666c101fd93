/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build - which code a process runs.  Engine programs. */
#ifndef DOC_BUILD_H
#define DOC_BUILD_H

#include "lib/base/base.h"

enum { DOC_BUILD_SIZE = 17 };

/* 16 hexadecimal digits over the build ids of the program and all libraries
 * it has loaded: a security update that keeps the version shows here. */
void doc_build_id(char out[static DOC_BUILD_SIZE]);

#endif
