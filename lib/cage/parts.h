/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts - what the files of the cage share.
 *
 * For lib/cage and its tests only; the contract for everybody else is cage.h.
 * Each function says in which of the three processes it runs.
 */
#ifndef DOC_CAGE_PARTS_H
#define DOC_CAGE_PARTS_H

#include "lib/cage/cage.h"

enum { DOC_CAGE_NOBODY = 65534 }; /* Debian's nobody:nogroup */

/* Fail with SANDBOX: "cannot WHAT: strerror(errno)". */
int doc_cage_fail(struct doc_error *err, const char *what);

/* Zygote: run fn(arg) in a child.  Its value (0..255), or -1 when it could not
 * be forked or died of a signal. */
int doc_cage_try(int (*fn)(void *arg), void *arg);

/* identity.c */

/* Zygote, as root: can a child become nobody? */
bool doc_cage_can_drop(void);
/* Zygote: no process of ours shall ever regain a capability by exec. */
void doc_cage_empty_bounding_set(void);
/* Worker: become nobody (or stay who we are) without any capability. */
int doc_cage_drop(bool nobody, struct doc_error *err) DOC_MUST_CHECK;

/* namespaces.c */

/* Zygote: enter as many namespaces as work together, note the rest in
 * cage->missing, and choose cage->place. */
int doc_cage_namespaces(struct doc_cage *cage, const char *temp_dir,
    struct doc_error *err) DOC_MUST_CHECK;

/* temp.c */

/* Cover `at` with an empty tmpfs of the current mount namespace. */
int doc_cage_tmpfs(const char *at, uint64_t bytes, bool nobody) DOC_MUST_CHECK;
/* Zygote, without a mount namespace: make sure workers can use temp_dir. */
int doc_cage_temp_open(struct doc_cage *cage,
    struct doc_error *err) DOC_MUST_CHECK;
/* Worker: the private directory, as cage->temp. */
int doc_cage_temp_enter(struct doc_cage *cage, uint64_t bytes,
    struct doc_error *err) DOC_MUST_CHECK;

/* root.c */

/* Zygote, in its own mount namespace: see nothing but read_only, read-only,
 * and an empty /tmp.  `base` is a directory to build it on. */
int doc_cage_private_root(const char *base,
    const char *const *read_only) DOC_MUST_CHECK;

/* landlock.c */

int doc_landlock_abi(void); /* 0: none */
/* A ruleset that denies all the ABI knows but reading beneath read_only and
 * working in temp (NULL: none).  Returns an fd, or -1 with errno. */
int doc_landlock_ruleset(int abi, const char *const *read_only,
    const char *temp) DOC_MUST_CHECK;
int doc_landlock_restrict(int ruleset) DOC_MUST_CHECK;
/* Zygote: does restricting work?  Tried in a child. */
bool doc_landlock_works(int abi);

/* seccomp.c */

/* What the rules of the profile depend on. */
enum doc_may { DOC_MAY_OPEN = 1, DOC_MAY_TEMP = 2, DOC_MAY_THREAD = 4 };

/* Ways to refuse, best first; kernels and emulations lack some. */
enum { DOC_SECCOMP_WAYS = 3 };

/* Zygote: compile the rules into cage->program.  1: not this way here. */
int doc_seccomp_compile(struct doc_cage *cage, unsigned may, unsigned way,
    struct doc_error *err) DOC_MUST_CHECK;
/* Worker: load it.  It then holds for this process alone: cage->program is
 * changed. */
int doc_seccomp_load(struct doc_cage *cage) DOC_MUST_CHECK;
/* Worker: report a forbidden call on fd before dying of it. */
int doc_seccomp_report(int fd) DOC_MUST_CHECK;

/* For a variable of type scmp_filter_ctx, which is void *. */
#define doc_autofilter __attribute__((cleanup(doc_seccomp_release)))
void doc_seccomp_release(void **ctx);

/* profile.c */

enum doc_act {
	DOC_ACT_KILL,
	DOC_ACT_ALLOW,
	DOC_ACT_EACCES,
	DOC_ACT_ENOSYS,
	DOC_ACT_NOTHING /* succeed without doing it */
};

enum { DOC_RULE_ARGS = 2 };

/* One line of the system call table.  A call that no line matches kills. */
struct doc_rule {
	const char *name;
	enum doc_act act;
	unsigned need;	      /* bits of doc_may; when lacking: */
	enum doc_act lacking; /* what happens instead */
	unsigned argc;
	struct doc_rule_arg {
		unsigned index; /* of the argument, from 0 */
		uint64_t mask;
		uint64_t value; /* rule matches if (arg & mask) == value */
	} arg[DOC_RULE_ARGS];
};

/* Stands for the worker's own pid, which is not known when rules are
 * compiled: above every pid_max (4,194,304). */
#define DOC_RULE_OWN_PID 0x7ed0c0deU

extern const struct doc_rule doc_rules[];
extern const size_t doc_rule_count;

/* limits.c */

/* Bytes.  space 0: unknown. */
struct doc_limits_base {
	uint64_t space; /* all that is mapped */
	uint64_t data;	/* of that private and writable */
};

/* Zygote: an fd that tells what is mapped, or -1. */
int doc_limits_open(void);
/* Worker: what was mapped just before the fork is ours too. */
struct doc_limits_base doc_limits_base(int statm_fd);
/* With an unknown base memory is not limited.  by_data: what can be written to
 * counts, and documents that are mapped do not, up to 64 GiB.  The filter must
 * keep writable memory private then, or it would not be counted.  Else all that
 * is mapped counts. */
int doc_limits_set(const struct doc_cage_limits *limits,
    struct doc_limits_base base, bool by_data,
    const struct doc_profile *profile) DOC_MUST_CHECK;
/* In a child that may be spoilt: does this kernel count by_data? */
bool doc_limits_data_counts(struct doc_limits_base base);
/* Worker: tell a stack overflow, and an end for want of memory, from other
 * faults. */
int doc_limits_watch_faults(void) DOC_MUST_CHECK;

/* cgroup_find.c */

/* The leaf for all that was in a group before we divided it. */
#define DOC_CGROUP_MAIN "docpipe.main"
enum { DOC_CGROUP_PATH = 4096 };

/* Supervisor: a group ("auto": our own) that has memory to divide and is ours
 * to change.  An fd and its path, or -1. */
int doc_cgroup_find(const char *where, char path[static DOC_CGROUP_PATH],
    struct doc_error *err) DOC_MUST_CHECK;
/* Is the controller in a file like cgroup.controllers? */
bool doc_cgroup_controls(int group, const char *file, const char *controller);

#endif
