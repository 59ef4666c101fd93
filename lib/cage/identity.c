/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "lib/cage/parts.h"

static int
become_nobody(void)
{
	if (setgroups(0, NULL) < 0 ||
	    setresgid(DOC_CAGE_NOBODY, DOC_CAGE_NOBODY, DOC_CAGE_NOBODY) < 0 ||
	    setresuid(DOC_CAGE_NOBODY, DOC_CAGE_NOBODY, DOC_CAGE_NOBODY) < 0)
		return -1;
	return 0;
}

/* It can be emptied only with CAP_SETPCAP; without it (an ordinary user who
 * got no namespace) it does not matter, as nothing is executed and
 * no_new_privs is on. */
void
doc_cage_empty_bounding_set(void)
{
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			break;
}

static int
no_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (int)syscall(SYS_capset, &head, none);
}

int
doc_cage_drop(bool nobody, struct doc_error *err)
{
	if (nobody && become_nobody() < 0)
		return doc_cage_fail(err, "become nobody");
	if (no_capabilities() < 0)
		return doc_cage_fail(err, "drop capabilities");
	return 0;
}

static int
try_drop(void *arg DOC_UNUSED)
{
	return become_nobody() < 0;
}

bool
doc_cage_can_drop(void)
{
	return doc_cage_try(try_drop, NULL) == 0;
}
