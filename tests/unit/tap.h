/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap - the whole C test harness. */
#ifndef DOC_TAP_H
#define DOC_TAP_H

#include <stdio.h>

static int tap_n, tap_bad;

#define OK(cond, what)                                                         \
	do {                                                                   \
		int ok_ = (cond);                                              \
		printf("%sok %d - %s\n", ok_ ? "" : "not ", ++tap_n, what);    \
		if (!ok_) {                                                    \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);    \
			tap_bad = 1;                                           \
		}                                                              \
	} while (0)
#define SKIP(what, why) printf("ok %d - %s # SKIP %s\n", ++tap_n, what, why)
#define TAP_DONE()	(printf("1..%d\n", tap_n), tap_bad)

#endif
