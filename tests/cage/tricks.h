/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tricks - what a taken-over worker would try; see attack.c. */
#ifndef DOC_TEST_TRICKS_H
#define DOC_TEST_TRICKS_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/base/base.h"

/* What there is to attack. */
struct target {
	pid_t victim;	   /* a worker of the same zygote, another tenant's */
	pid_t zygote;	   /* parent of both */
	char dir[64];	   /* writable by all, with "secret" and "mine" in it */
	char temp[128];	   /* the victim's private directory, or "" */
	char own[128];	   /* the attacker's; else dir */
	uint16_t tcp, udp; /* ports on 127.0.0.1 */
	char abstract[64]; /* name of a listening abstract socket */
};

/* Layers that stop a trick each on its own. */
enum layer {
	SECCOMP = 1,
	SECCOMP_NO_OPEN = 2, /* in profiles that may open nothing */
	SECCOMP_NO_TEMP = 4, /* in profiles without private directory */
	LANDLOCK = 8,
	LANDLOCK_NET = 16, /* ABI 4 */
	SCOPE = 32,	   /* ABI 6 */
	NETNS = 64,
	OWN_MOUNTS = 128, /* a tmpfs of its own over the private directory */
	OWN_ROOT = 256,	  /* the private root, where Landlock is missing */
	NO_DUMP = 512,	  /* the victim is not dumpable */
	ROOM = 2048,	  /* no more can be written than there is room for */
	DEADLY = 4096,	/* not a layer: the filter does not refuse, it kills */
	NO_FORK = 1024, /* a limit of no processes, and of no root */
};

struct trick {
	const char *what;
	int (*try)(const struct target *t); /* 0: it worked; else errno */
	unsigned stops;			    /* bits of enum layer */
};

/* Each ends with a NULL name. */
extern const struct trick file_tricks[], kernel_tricks[], process_tricks[];

#define FILES (LANDLOCK | OWN_ROOT)

/* Lies at the same address in all children; the victim's says "victim". */
extern char memory_secret[16];

/* A call's result as ours. */
static inline int
did(long rc)
{
	return rc >= 0 ? 0 : errno;
}

/* Not reentrant. */
static inline const char *
in_dir(const struct target *t, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	return path;
}

static inline int
read_proc(pid_t pid, const char *what)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, what);
	return did(open(path, O_RDONLY));
}

#endif
