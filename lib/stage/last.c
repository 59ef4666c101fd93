/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>

#include "lib/base/log.h"
#include "lib/stage/last.h"

int
doc_last_words(const struct doc_error *err)
{
	doc_fatal("%s", err->msg);
	if (err->code == DOC_E_SANDBOX)
		return 4;
	return err->code == DOC_E_USAGE ? 2 : 3;
}

void
doc_die_of(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}
