/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/cage/cage.h"

static const char *const level_names[DOC_LEVEL_COUNT] = {
	[DOC_LEVEL_NONE] = "none",
	[DOC_LEVEL_LIMITS] = "limits",
	[DOC_LEVEL_SYSCALLS] = "syscalls",
	[DOC_LEVEL_FILES] = "files",
	[DOC_LEVEL_NETWORK] = "network",
	[DOC_LEVEL_MEMORY] = "memory",
};

static const struct {
	unsigned bit;
	const char *name;
} mechanisms[] = {
	{ DOC_MECH_RLIMIT, "rlimit" },
	{ DOC_MECH_SECCOMP, "seccomp" },
	{ DOC_MECH_LANDLOCK, "landlock" },
	{ DOC_MECH_USERNS, "userns" },
	{ DOC_MECH_NETNS, "netns" },
	{ DOC_MECH_IPCNS, "ipcns" },
	{ DOC_MECH_MOUNTNS, "mountns" },
	{ DOC_MECH_SCOPE, "scope" },
	{ DOC_MECH_CGROUP, "cgroup" },
};

/* Is the mechanism a level adds in force?  Siblings need no line of their own:
 * the filter forbids every call that reaches another process, and no process
 * of a stage is dumpable, so that holds from DOC_LEVEL_SYSCALLS on; Landlock's
 * scope is one lock more. */
static bool
reached(enum doc_level level, unsigned missing, int landlock_abi)
{
	bool landlock = !(missing & DOC_MECH_LANDLOCK) && landlock_abi > 0;

	switch (level) {
	case DOC_LEVEL_LIMITS:
		return !(missing & DOC_MECH_RLIMIT);
	case DOC_LEVEL_SYSCALLS:
		return !(missing & DOC_MECH_SECCOMP);
	case DOC_LEVEL_FILES:
		return landlock || !(missing & DOC_MECH_MOUNTNS);
	case DOC_LEVEL_NETWORK:
		return (landlock && landlock_abi >= 4) ||
		    !(missing & DOC_MECH_NETNS);
	case DOC_LEVEL_MEMORY:
		return !(missing & DOC_MECH_CGROUP);
	case DOC_LEVEL_NONE:
	case DOC_LEVEL_COUNT:
		break;
	}
	return false;
}

enum doc_level
doc_cage_level(unsigned missing, int landlock_abi)
{
	enum doc_level level = DOC_LEVEL_NONE;

	while (reached(level + 1, missing, landlock_abi))
		level++;
	return level;
}

const char *
doc_level_name(enum doc_level level)
{
	return level_names[level];
}

int
doc_level_parse(const char *name)
{
	for (int i = 0; i < DOC_LEVEL_COUNT; i++)
		if (strcmp(name, level_names[i]) == 0)
			return i;
	return -1;
}

const char *
doc_mechanism_name(unsigned bit)
{
	for (size_t i = 0; i < DOC_LEN(mechanisms); i++)
		if (mechanisms[i].bit == bit)
			return mechanisms[i].name;
	return NULL;
}
