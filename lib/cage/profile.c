/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each stage's workers may do.  To find what a new library version needs,
 * run the stage with --cage=trace; then either add the call with its reason,
 * or make it fail politely (EACCES, ENOSYS) so that the library goes on
 * without.
 */
#include <fcntl.h>
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

/* It renders PDF pages before it reads them. */
const struct doc_profile doc_profile_ocr = {
	.name = "ocr",
	.read_only = poppler_files,
};

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
#define ALL UINT64_MAX

/* clang-format off */
#define ALLOW(call, ...)  { .name = #call, .act = DOC_ACT_ALLOW, __VA_ARGS__ }
#define REFUSE(call)      { .name = #call, .act = DOC_ACT_EACCES }
#define ABSENT(call)      { .name = #call, .act = DOC_ACT_ENOSYS }
#define PRETEND(call, ...) \
	{ .name = #call, .act = DOC_ACT_NOTHING, __VA_ARGS__ }
#define IF(may, otherwise) .need = DOC_MAY_##may, .lacking = DOC_ACT_##otherwise
#define ARG(i, m, v)      { .index = (i), .mask = (m), .value = (v) }
#define WHEN(...)         .argc = 1, .arg = { __VA_ARGS__ }
#define BOTH(...)         .argc = 2, .arg = { __VA_ARGS__ }

const struct doc_rule doc_rules[] = {
	/* Fds it was given: the document, the output, its socket. */
	ALLOW(read),			/* document, fonts */
	ALLOW(readv),			/* C++ streams */
	ALLOW(pread64),			/* poppler reads documents so */
	ALLOW(write),			/* output, trace report */
	ALLOW(writev),			/* stdio of messages, frames */
	ALLOW(pwrite64),		/* output at an offset */
	ALLOW(lseek),			/* document, output */
	ALLOW(ftruncate),		/* output cut to the salvage point */
	ALLOW(close),			/* members, job fds */
	ALLOW(dup),			/* for libraries that close it */
	ALLOW(dup2),			/* the same: only its own fds */
	ALLOW(dup3),			/* the same with CLOEXEC */
	ALLOW(fstat),			/* size of the document */
	ALLOW(recvmsg),			/* jobs, with fds */
	ALLOW(recvfrom),		/* jobs */
	ALLOW(sendmsg),			/* answers */
	ALLOW(sendto),			/* answers; the peer is fixed */
	ALLOW(poll),			/* wait for a job */
	ALLOW(ppoll),			/* poll(3) of newer machines */
	/* fstat(3) of glibc 2.33 and later is newfstatat with an empty path. */
	ALLOW(newfstatat, WHEN(ARG(3, AT_EMPTY_PATH, AT_EMPTY_PATH))),
	ALLOW(newfstatat, IF(OPEN, EACCES), WHEN(ARG(3, AT_EMPTY_PATH, 0))),
	/* Not F_SETOWN and F_SETSIG, which signal others; not locks. */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_GETFL))),	/* fdopen(3) checks */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_GETFD))),	/* glib checks */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_SETFD))),	/* CLOEXEC */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_DUPFD))),	/* as dup */
	ALLOW(fcntl, WHEN(ARG(1, ALL, F_DUPFD_CLOEXEC))),	/* as dup */

	/* Memory, never executable: no code but what was loaded before. */
	ALLOW(brk),			/* malloc */
	ALLOW(mmap, WHEN(ARG(2, PROT_EXEC, 0))),	/* malloc, document */
	ALLOW(mprotect, WHEN(ARG(2, PROT_EXEC, 0))),	/* malloc, stacks */
	ALLOW(munmap),			/* malloc, document */
	ALLOW(mremap),			/* realloc */
	ALLOW(madvise),			/* free */

	/* Its own life. */
	ALLOW(exit),			/* end of a thread */
	ALLOW(exit_group),		/* end of the worker */
	ALLOW(rt_sigreturn),		/* end of a handler */
	ALLOW(rt_sigaction),		/* abort(3), libraries */
	ALLOW(rt_sigprocmask),		/* abort(3), pthread_create(3) */
	ALLOW(sigaltstack),		/* threads */
	ALLOW(restart_syscall),		/* after SIGSTOP and SIGCONT */
	ALLOW(futex),			/* locks of libraries */
	ALLOW(getpid),			/* abort(3), temp names */
	ALLOW(getppid),			/* is the zygote alive? */
	ALLOW(gettid),			/* abort(3) */
	ALLOW(getuid),			/* cannot report failure */
	ALLOW(geteuid),			/* the same */
	ALLOW(getgid),			/* the same */
	ALLOW(getegid),			/* the same */
	ALLOW(getrandom),		/* hash seeds, temp names */
	ALLOW(getrusage),		/* clocks of engines */
	ALLOW(times),			/* clock(3) */
	ALLOW(clock_gettime),		/* where there is no vDSO */
	ALLOW(clock_getres),		/* the same */
	ALLOW(gettimeofday),		/* the same */
	ALLOW(time),			/* the same */
	ALLOW(nanosleep),		/* libraries that wait for a thread */
	ALLOW(clock_nanosleep),		/* the same, newer */
	ALLOW(sched_yield),		/* spin locks of OpenMP */
	ALLOW(sched_getaffinity),	/* number of processors */
	ALLOW(sysinfo),			/* qsort(3), caches of libvips */
	ALLOW(uname),			/* messages of libraries */
	ALLOW(membarrier),		/* thread pools */
	ALLOW(set_robust_list),		/* start of a thread */
	ALLOW(rseq),			/* start of a thread */
	ALLOW(getrlimit),		/* stack size */
	/* getrlimit(3): its own limits, and no new ones. */
	ALLOW(prlimit64, BOTH(ARG(0, ALL, 0), ARG(2, ALL, 0))),
	/* abort(3), of itself only: siblings have the same uid. */
	ALLOW(tgkill,
	    BOTH(ARG(0, ALL, DOC_RULE_OWN_PID), ARG(2, ALL, SIGABRT))),
	/* clone3 hides its flags behind a pointer; glibc then uses clone. */
	ABSENT(clone3),
	ALLOW(clone, IF(THREAD, KILL),	/* libvips, pango */
	    WHEN(ARG(CLONE_FLAGS, THREAD_MUST | THREAD_MUST_NOT, THREAD_MUST))),

	/* Names.  Where opening is allowed, Landlock or a private root decides
	 * what; elsewhere libraries go on without. */
	ALLOW(open, IF(OPEN, EACCES)),	/* fonts, CMaps, temp files */
	ALLOW(openat, IF(OPEN, EACCES)),	/* the same */
	ABSENT(openat2),		/* nobody needs it */
	ALLOW(access, IF(OPEN, EACCES)),	/* fontconfig, temp files */
	ALLOW(faccessat, IF(OPEN, EACCES)),	/* the same */
	ALLOW(faccessat2, IF(OPEN, EACCES)),	/* the same */
	ALLOW(stat, IF(OPEN, EACCES)),	/* the same */
	ALLOW(lstat, IF(OPEN, EACCES)),	/* the same */
	ALLOW(statx, IF(OPEN, EACCES)),	/* the same */
	ALLOW(statfs, IF(OPEN, EACCES)),	/* fontconfig: is it NFS? */
	ALLOW(fstatfs, IF(OPEN, EACCES)),	/* the same */
	ALLOW(readlink, IF(OPEN, EACCES)),	/* fontconfig */
	ALLOW(readlinkat, IF(OPEN, EACCES)),	/* the same */
	ALLOW(getdents64, IF(OPEN, EACCES)),	/* font directories, temp */
	ALLOW(getcwd, IF(OPEN, EACCES)),	/* temp names */
	ALLOW(creat, IF(TEMP, EACCES)),	/* temp files of libclamav */
	ALLOW(mkdir, IF(TEMP, EACCES)),	/* the same, one per archive */
	ALLOW(mkdirat, IF(TEMP, EACCES)),	/* the same */
	ALLOW(rmdir, IF(TEMP, EACCES)),	/* the same */
	ALLOW(unlink, IF(TEMP, EACCES)),	/* the same */
	ALLOW(unlinkat, IF(TEMP, EACCES)),	/* the same */
	ALLOW(rename, IF(TEMP, EACCES)),	/* the same */
	ALLOW(renameat, IF(TEMP, EACCES)),	/* the same */
	ALLOW(renameat2, IF(TEMP, EACCES)),	/* the same */
	PRETEND(fsync),			/* gmime flushes streams; whether it */
	PRETEND(fdatasync),		/* is on disk is not a worker's say */
	/* libclamav opens its temp files' modes before it deletes them.
	 * Landlock does not cover chmod, so it would reach every file of the
	 * uid: say yes and do nothing. */
	PRETEND(chmod, IF(TEMP, KILL)),
	PRETEND(fchmod, IF(TEMP, KILL)),
	PRETEND(fchmodat, IF(TEMP, KILL)),

	/* Refused without killing: what libraries try and live without. */
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
