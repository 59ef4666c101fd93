/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cage - what a worker lives in: namespaces, rlimits, Landlock, seccomp.
 *
 * Three steps, each in its own process:
 *	supervisor	doc_cage_harden_parent(), doc_cage_confine_parent()
 *	zygote		doc_cage_open() first thing, while single-threaded:
 *			user, net, ipc, mount namespaces; then the engine is
 *			loaded; then doc_cage_prepare(): Landlock ruleset,
 *			compiled seccomp program
 *	worker		doc_cage_enter(), the last thing before the first
 *			untrusted byte
 * Control groups are the supervisor's (cgroup.h), hence never in force here.
 * Every mechanism is tried for real; what the kernel refuses is noted in
 * `missing` and lowers the level.  Nothing here decides whether that is good
 * enough: the supervisor compares the level with --require.
 */
#ifndef DOC_CAGE_H
#define DOC_CAGE_H

#include "lib/base/error.h"

/* What is in force, each including those before it (docpipe(7)). */
enum doc_level {
	DOC_LEVEL_NONE,
	DOC_LEVEL_LIMITS,   /* rlimits */
	DOC_LEVEL_SYSCALLS, /* + seccomp */
	DOC_LEVEL_FILES,    /* + Landlock or a private root */
	DOC_LEVEL_NETWORK,  /* + a second lock on the network (network
			       namespace, or Landlock ABI 4), siblings
			       isolated */
	DOC_LEVEL_MEMORY,   /* + cgroup */
	DOC_LEVEL_COUNT
};

/* Mechanisms; a set bit in `missing` is one that is not in force. */
enum doc_mechanism {
	DOC_MECH_RLIMIT = 1,
	DOC_MECH_SECCOMP = 2,
	DOC_MECH_LANDLOCK = 4,
	DOC_MECH_USERNS = 8,
	DOC_MECH_NETNS = 16,
	DOC_MECH_IPCNS = 32,
	DOC_MECH_MOUNTNS = 64, /* with a private root, and a tmpfs for temp */
	DOC_MECH_SCOPE = 128,  /* Landlock ABI 6: signals, abstract sockets */
	DOC_MECH_CGROUP = 256,
	DOC_MECH_ALL = 511
};

enum doc_cage_mode {
	DOC_CAGE_ENFORCE, /* a forbidden system call kills */
	DOC_CAGE_TRACE,	  /* it kills too, and its number is reported */
	DOC_CAGE_NONE /* nothing is enforced: to measure what the rest costs */
};

/* What trace mode writes to result_fd, as one message, before the worker dies
 * of SIGSYS.  It comes from the worker: believe it only for a message text. */
#define DOC_CAGE_TRACE_MAGIC 0x21535953U /* "SYS!" read as little-endian */
struct doc_cage_trace {
	uint32_t magic;
	int32_t nr; /* of this machine's system call table */
};

/* What a stage's workers may do; one constant per stage in profile.c. */
struct doc_profile {
	const char *name;
	const char *const *read_only; /* NULL-ended paths readable beneath;
					 those that do not exist are skipped */
	bool temp;    /* wants a private directory for temporary files */
	bool threads; /* may make threads (libvips) */
};

extern const struct doc_profile doc_profile_list, doc_profile_scan,
    doc_profile_text, doc_profile_office, doc_profile_ocr, doc_profile_preview,
    doc_profile_picture, doc_profile_graft;

struct doc_cage_limits {
	uint64_t memory; /* beyond the zygote's, bytes; a document that is
			    mapped does not count where data_limit */
	uint64_t output; /* largest file it may write, bytes; if the profile
			    has temp, the larger of this and temp counts */
	uint64_t temp;	 /* room in the private directory, bytes */
	unsigned cpu_s;	 /* seconds: SIGXCPU; one more second: SIGKILL */
};

struct doc_cage {
	const struct doc_profile *profile;
	enum doc_cage_mode mode;
	unsigned missing;     /* bits of enum doc_mechanism */
	int landlock_abi;     /* 0: none */
	int ruleset;	      /* fd, -1 */
	void *program;	      /* compiled seccomp filter, owned */
	unsigned program_len; /* instructions */
	bool drop_uid;	      /* started as root: workers become nobody */
	int null_fd;	      /* /dev/null: no path leads there any more */
	char temp[128];	      /* where the private directory appears, or "" */

	/* Of lib/cage alone. */
	bool private_root; /* only read_only and temp are left of the tree */
	bool data_limit;   /* memory is what can be written to */
	int statm_fd;	   /* tells what the zygote has mapped, -1 */
	char place[128];   /* directory that private mounts cover, or "" */
};

/* Zygote, first: namespaces.  `temp_dir` ("" if the profile has no temp) is
 * the supervisor's own 0700 directory.  Private tmpfs are mounted over it, or
 * over /tmp when a dropped worker could not reach it.  Without a mount
 * namespace each worker makes temp_dir/w-PID-XXXXXX, which the supervisor
 * removes after the worker's end; temp_dir then becomes 0711 for root.  Fails
 * with SANDBOX only when it could neither enforce nor tell. */
int doc_cage_open(struct doc_cage *cage, const struct doc_profile *profile,
    enum doc_cage_mode mode, const char *temp_dir,
    struct doc_error *err) DOC_MUST_CHECK;

/* Zygote, after the engine is loaded and before the fork loop; no path can be
 * counted on afterwards (private_root).  SANDBOX when the engine left threads
 * running: its children would hang. */
int doc_cage_prepare(struct doc_cage *cage,
    struct doc_error *err) DOC_MUST_CHECK;

/* Worker: lock the door.  `result_fd` is where trace mode reports.  Closes all
 * other fds but 0-2 itself (the cage's own ones are needed until then), and
 * puts /dev/null in place of a regular file on 0-2.  After this cage->temp is
 * the worker's own empty directory if the profile has one.  SANDBOX when a
 * mechanism that worked at doc_cage_prepare does not now; then _exit with
 * DOC_EXIT_SANDBOX, for the door is half locked.  A parent-death signal set
 * before survives.  SIGSEGV, SIGABRT and SIGTRAP have a handler (stack
 * overflow becomes DOC_EXIT_STACK, the end of a starved worker
 * DOC_EXIT_MEMORY), SIGSYS too in trace mode. */
int doc_cage_enter(struct doc_cage *cage, const struct doc_cage_limits *limits,
    int result_fd, struct doc_error *err) DOC_MUST_CHECK;

enum doc_level doc_cage_level(unsigned missing, int landlock_abi);

const char *doc_level_name(enum doc_level level); /* "network" */
int doc_level_parse(const char *name);		  /* -1: no such level */
/* Spelling of one bit ("landlock"), or NULL. */
const char *doc_mechanism_name(unsigned bit);

/* Supervisor, once its zygote runs: not dumpable, no new privileges. */
int doc_cage_harden_parent(struct doc_error *err) DOC_MUST_CHECK;

/* Supervisor, before the first record: give up what neither it nor the engine
 * programs it may start again ever need.  `network`: it has connections of its
 * own.  SANDBOX where the kernel has no filter for it. */
int doc_cage_confine_parent(bool network, struct doc_error *err) DOC_MUST_CHECK;

/* What this machine can enforce, each tried in a child of its own; for
 * `docrun --doctor`.  About 10 ms. */
struct doc_probe {
	int landlock_abi;
	unsigned missing;
	bool seccomp_kill_process;
	bool pidfd, close_range, openat2, collapse;
	char cgroup[256]; /* the path that could be used (it starts with '/'),
			     or why there is none */
};
int doc_cage_probe(struct doc_probe *probe,
    struct doc_error *err) DOC_MUST_CHECK;

/* Name of a system call number of this machine; "syscall-N" in `buf` when
 * libseccomp has no name for it. */
const char *doc_syscall_name(int nr, char buf[static 32]);

#endif
