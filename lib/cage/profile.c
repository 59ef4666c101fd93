/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each stage's workers may do.  To find what a new library version needs,
 * run the stage with --cage=trace; then either add the call with its reason,
 * or make it fail politely (EACCES, ENOSYS) so that the library goes on
 * without.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "lib/cage/parts.h"

/* What poppler and fontconfig look up for a document, not before: CMaps of
 * CJK text, substitutes for fonts that are not embedded. */
static const char *const poppler_files[] = {
	"/usr/share/poppler",
	"/usr/share/fonts",
	"/usr/local/share/fonts",
	"/usr/share/fontconfig", /* /etc/fonts/conf.d links to it */
	"/etc/fonts",
	"/var/cache/fontconfig",
	NULL,
};

/* libmagic's database is in memory when the worker is forked. */
const struct doc_profile doc_profile_list = { .name = "list" };

const struct doc_profile doc_profile_scan = { .name = "scan", .temp = true };

const struct doc_profile doc_profile_text = {
	.name = "text",
	.read_only = poppler_files,
};

/* All it needs is in memory. */
const struct doc_profile doc_profile_office = { .name = "office" };

/* It renders PDF pages before it reads them. */
const struct doc_profile doc_profile_ocr = {
	.name = "ocr",
	.read_only = poppler_files,
};

/* All it needs is in memory. */
const struct doc_profile doc_profile_graft = { .name = "graft" };

const struct doc_profile doc_profile_preview = {
	.name = "preview",
	.read_only = poppler_files,
};

/* Fonts for drawings and texts; libvips and pango work in threads. */
const struct doc_profile doc_profile_picture = {
	.name = "picture",
	.read_only = poppler_files,
	.threads = true,
};

/* A thread of this very process and nothing else.  glibc adds FS, FILES,
 * SYSVSEM and the TID flags, which are harmless either way. */
#define THREAD_MUST (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
#define THREAD_MUST_NOT                                                        \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_IO |           \
	    CLONE_PTRACE | CLONE_UNTRACED | CLONE_PARENT | CLONE_VFORK |       \
	    CLONE_PIDFD)
#ifdef __s390__
#define CLONE_FLAGS 1 /* index of the argument */
#else
#define CLONE_FLAGS 0
#endif
#define ALL	   UINT64_MAX
#define FUTEX_CALL 0x7fU /* without FUTEX_PRIVATE_FLAG and what is above */

/* clang-format off */
#define ALLOW(call, ...)  { .name = #call, .act = DOC_ACT_ALLOW, __VA_ARGS__ }
/* Like ALLOW, but no fixture makes a worker need it (tests/lint/policy.sh): the
 * comment says who does. */
#define SPARE ALLOW
#define REFUSE(call)      { .name = #call, .act = DOC_ACT_EACCES }
#define ABSENT(call)      { .name = #call, .act = DOC_ACT_ENOSYS }
#define PRETEND(call, ...) \
	{ .name = #call, .act = DOC_ACT_NOTHING, __VA_ARGS__ }
#define IF(may, otherwise) .need = DOC_MAY_##may, .lacking = DOC_ACT_##otherwise
#define ARG(i, m, v)      { .index = (i), .mask = (m), .value = (v) }
#define WHEN(...)         .argc = 1, .arg = { __VA_ARGS__ }
#define BOTH(...)         .argc = 2, .arg = { __VA_ARGS__ }

/* Flags of an open; they are disjoint, as libseccomp wants it. */
#define READ_ONLY(call, i) ALLOW(call, IF(OPEN, EACCES), \
	WHEN(ARG(i, O_ACCMODE | O_CREAT | O_TRUNC, 0)))
#define WRITING(call, i) \
	ALLOW(call, IF(TEMP, EACCES), WHEN(ARG(i, O_WRONLY, O_WRONLY))), \
	ALLOW(call, IF(TEMP, EACCES), WHEN(ARG(i, O_RDWR, O_RDWR))), \
	ALLOW(call, IF(TEMP, EACCES), WHEN(ARG(i, O_CREAT, O_CREAT))), \
	ALLOW(call, IF(TEMP, EACCES), WHEN(ARG(i, O_TRUNC, O_TRUNC)))

const struct doc_rule doc_rules[] = {
	/* Fds it was given: the document, the output, its socket. */
	ALLOW(read),			/* document, fonts */
	SPARE(readv),			/* C++ streams */
	ALLOW(pread64),			/* poppler reads documents so */
	ALLOW(write),			/* output, trace report */
	ALLOW(writev),			/* frames; it can send no fds */
	ALLOW(pwrite64),		/* output at an offset */
	ALLOW(lseek),			/* document, output */
	ALLOW(ftruncate),		/* output cut to the salvage point */
	ALLOW(close),			/* members, job fds */
	ALLOW(dup),			/* for libraries that close it */
	SPARE(fstat),			/* size of the document */
	ALLOW(recvmsg),			/* jobs, with fds */
	/* fstat(3) of glibc 2.33 and later is newfstatat with an empty path. */
	ALLOW(newfstatat, WHEN(ARG(3, AT_EMPTY_PATH, AT_EMPTY_PATH))), /* stdio */
	ALLOW(newfstatat, IF(OPEN, EACCES), WHEN(ARG(3, AT_EMPTY_PATH, 0))), /* fontconfig, temp files */
	/* Not F_SETOWN and F_SETSIG, which signal others; not locks. */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_GETFL))),	/* fdopen(3) checks */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_GETFD))),	/* glib checks */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_SETFD))),	/* CLOEXEC */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_DUPFD))),	/* as dup */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_DUPFD_CLOEXEC))),	/* as dup */

	/* Memory, never executable: no code but what was loaded before. */
	ALLOW(brk),			/* malloc */
	/* What can be written to is private and no stack: so RLIMIT_DATA counts it. */
	ALLOW(mmap, BOTH(ARG(2, PROT_EXEC, 0),
		ARG(3, MAP_TYPE | MAP_GROWSDOWN, MAP_PRIVATE))),	/* malloc, document */
	ALLOW(mmap, BOTH(ARG(2, PROT_EXEC | PROT_WRITE, 0),
		ARG(3, MAP_TYPE | MAP_ANONYMOUS, MAP_SHARED))),	/* fontconfig's caches */
	ALLOW(mprotect, WHEN(ARG(2, PROT_EXEC, 0))),	/* malloc, stacks */
	ALLOW(munmap),			/* malloc, document */
	ALLOW(mremap),			/* realloc */
	ALLOW(madvise),			/* free */

	/* Its own life. */
	ALLOW(exit),			/* end of a thread */
	ALLOW(exit_group),		/* end of the worker */
	SPARE(rt_sigreturn),		/* end of a handler */
	SPARE(rt_sigaction),		/* abort(3), libraries */
	ALLOW(rt_sigprocmask),		/* abort(3), pthread_create(3) */
	SPARE(sigaltstack),		/* threads */
	SPARE(restart_syscall),		/* after SIGSTOP and SIGCONT */
	/* Waiting and waking; not the calls that lend priorities or move
	 * waiters, where the kernel had its holes (CVE-2014-3153). */
	ALLOW(futex, WHEN(ARG(1, FUTEX_CALL, FUTEX_WAIT))),	/* locks */
	ALLOW(futex, WHEN(ARG(1, FUTEX_CALL, FUTEX_WAKE))),	/* the same */
	ALLOW(futex, WHEN(ARG(1, FUTEX_CALL, FUTEX_WAIT_BITSET))), /* timed */
	ALLOW(futex, WHEN(ARG(1, FUTEX_CALL, FUTEX_WAKE_BITSET))), /* timed */
	SPARE(getpid),			/* abort(3), temp names */
	SPARE(gettid),			/* abort(3) */
	SPARE(getuid),			/* cannot report failure */
	SPARE(geteuid),			/* the same */
	SPARE(getgid),			/* the same */
	SPARE(getegid),			/* the same */
	ALLOW(getrandom),		/* hash seeds, temp names */
	SPARE(getrusage),		/* clocks of engines */
	SPARE(times),			/* clock(3) */
	ALLOW(clock_gettime),		/* where there is no vDSO */
	SPARE(clock_getres),		/* the same */
	SPARE(gettimeofday),		/* the same */
	SPARE(time),			/* the same */
	SPARE(nanosleep),		/* libraries that wait for a thread */
	SPARE(clock_nanosleep),		/* the same, newer */
	SPARE(sched_yield),		/* spin locks of OpenMP */
	SPARE(sched_getaffinity),	/* number of processors */
	SPARE(sysinfo),			/* qsort(3), caches of libvips */
	SPARE(uname),			/* messages of libraries */
	SPARE(membarrier),		/* thread pools */
	ALLOW(set_robust_list),		/* start of a thread */
	ALLOW(rseq),			/* start of a thread */
	SPARE(getrlimit),		/* stack size */
	/* getrlimit(3): its own limits, and no new ones. */
	SPARE(prlimit64, BOTH(ARG(0, ALL, 0), ARG(2, ALL, 0))),
	/* abort(3), of itself only: siblings have the same uid. */
	SPARE(tgkill,
	    BOTH(ARG(0, ALL, DOC_RULE_OWN_PID), ARG(2, ALL, SIGABRT))),
	/* clone3 hides its flags behind a pointer; glibc then uses clone. */
	ABSENT(clone3),
	ALLOW(clone, IF(THREAD, KILL),	/* libvips, pango */
	    WHEN(ARG(CLONE_FLAGS, THREAD_MUST | THREAD_MUST_NOT, THREAD_MUST))),

	/* Names.  Where opening is allowed, Landlock or a private root decides
	 * what; elsewhere libraries go on without. */
	READ_ONLY(openat, 2),		/* fonts, CMaps, temp files */
	/* Landlock of ABI 2 (Debian 12) does not see O_TRUNC. */
	WRITING(openat, 2),		/* temp files */
	ALLOW(access, IF(OPEN, EACCES)),	/* fontconfig, temp files */
	ALLOW(getdents64, IF(TEMP, EACCES)),	/* temp folders */
	ALLOW(mkdir, IF(TEMP, EACCES)),	/* libclamav, one per archive */
	ALLOW(rmdir, IF(TEMP, EACCES)),	/* the same */
	ALLOW(unlink, IF(TEMP, EACCES)),	/* the same */
	SPARE(rename, IF(TEMP, EACCES)),	/* libclamav, some unpackers */
	SPARE(getcwd, IF(TEMP, EACCES)),	/* libclamav, relative names */
	ABSENT(openat2),		/* nobody needs it */
	PRETEND(fsync),			/* gmime flushes streams; whether it */
	PRETEND(fdatasync),		/* is on disk is not a worker's say */
	/* libclamav opens its temp files' modes before it deletes them.
	 * Landlock does not cover chmod, so it would reach every file of the
	 * uid: say yes and do nothing. */
	PRETEND(chmod, IF(TEMP, KILL)),	/* libclamav */
	PRETEND(fchmod, IF(TEMP, KILL)),	/* the same */
	PRETEND(fchmodat, IF(TEMP, KILL)),	/* the same */

	/* Refused without killing: what libraries try and live without. */
	REFUSE(open),			/* other libcs, and all of these: */
	REFUSE(creat),			/* what they do without *at */
	REFUSE(stat),			/* the same */
	REFUSE(lstat),			/* the same */
	REFUSE(statx),			/* glib, std::filesystem */
	REFUSE(faccessat),		/* other libcs */
	REFUSE(faccessat2),		/* the same */
	REFUSE(statfs),			/* fontconfig: is it NFS? */
	REFUSE(fstatfs),		/* the same */
	REFUSE(readlink),		/* realpath(3) */
	REFUSE(readlinkat),		/* the same */
	REFUSE(mkdirat),		/* the names of temp files by another */
	REFUSE(unlinkat),		/* way than libclamav's, none of whose */
	REFUSE(renameat),		/* failures does harm */
	REFUSE(renameat2),		/* the same */
	REFUSE(socket),			/* syslog(3), nscd */
	REFUSE(connect),		/* the same */
	REFUSE(getpeername),		/* glib: is stderr the journal? */
	REFUSE(ioctl),			/* isatty(3) */
	REFUSE(prctl),			/* thread names */
	REFUSE(memfd_create),		/* ORC's code, if not disabled */
	REFUSE(fadvise64),		/* read-ahead hints */
	REFUSE(sched_setaffinity),	/* OpenMP */
	REFUSE(sched_setscheduler),	/* glib thread pools */
	REFUSE(sched_getscheduler),	/* the same */
	REFUSE(sched_setparam),		/* the same */
	REFUSE(sched_getparam),		/* the same */
	REFUSE(sched_setattr),		/* the same */
	REFUSE(sched_getattr),		/* the same */
};
/* clang-format on */

const size_t doc_rule_count = DOC_LEN(doc_rules);
