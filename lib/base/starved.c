/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/starved.h"

/* A global because malloc has no argument to hand it in. */
static volatile bool starved;

void
doc_starved_reset(void)
{
	starved = false;
}

bool
doc_starved(void)
{
	return starved;
}

void
doc_starved_note(void)
{
	starved = true;
}
