/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "lib/base/starved.h"
#include "lib/cage/fate.h"
#include "lib/cage/parts.h"

enum {
	FILES_MAX = 256,	/* member fds, fonts, temp files */
	STACK_BYTES = 8 << 20,	/* Linux's usual; recursion beyond is a bug */
	ALT_STACK = 64 << 10,	/* AVX-512 state alone takes 3.5 KiB */
	STACK_REACH = 64 << 10, /* frames of one call below the pointer */
	/* Of all workers of one uid, which is how the kernel counts them: far
	 * more than libraries make, and less than a machine has. */
	THREADS_MAX = 4096,
};

/* Of documents, mapped to be read: pages of a file, which the kernel takes back
 * when it needs them.  Their page tables are a 512th of it. */
#define MAPPED_MAX ((uint64_t)64 << 30)

int
doc_limits_open(void)
{
	return open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

/* The file stays the zygote's in its children, which saves them a walk through
 * /proc (20 us), and needs no /proc at all in a private root. */
struct doc_limits_base
doc_limits_base(int statm_fd)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct doc_limits_base base = { 0 };
	uint64_t at[6]; /* proc(5): size resident shared text lib data */
	char buf[128], *p = buf;
	ssize_t n = pread(statm_fd, buf, sizeof(buf) - 1, 0);

	if (n <= 0)
		return base;
	buf[n] = '\0';
	for (size_t i = 0; i < DOC_LEN(at); i++)
		at[i] = strtoull(p, &p, 10);
	base.space = at[0] * page;
	base.data = at[5] * page;
	return base;
}

/* Only ever lower: what the user's shell set stays in force. */
static int
lower(int resource, uint64_t soft, uint64_t hard)
{
	struct rlimit lim;

	if (getrlimit((__rlimit_resource_t)resource, &lim) < 0)
		return -1;
	lim.rlim_max = DOC_MIN(lim.rlim_max, hard);
	lim.rlim_cur = DOC_MIN(DOC_MIN(lim.rlim_cur, soft), lim.rlim_max);
	return setrlimit((__rlimit_resource_t)resource, &lim);
}

static int
limit_memory(uint64_t memory, struct doc_limits_base base, bool by_data)
{
	uint64_t space, data;

	if (base.space == 0 ||
	    __builtin_add_overflow(base.space, memory, &space) ||
	    __builtin_add_overflow(base.data, memory, &data) ||
	    (by_data && __builtin_add_overflow(space, MAPPED_MAX, &space)))
		return 0;
	if (by_data && lower(RLIMIT_DATA, data, data) < 0)
		return -1;
	return lower(RLIMIT_AS, space, space);
}

bool
doc_limits_data_counts(struct doc_limits_base base)
{
	const size_t some = (size_t)16 << 20;
	void *p;

	if (base.space == 0 ||
	    lower(RLIMIT_DATA, base.data + some, base.data + some) < 0)
		return false;
	p = mmap(NULL, 2 * some, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED;
}

int
doc_limits_set(const struct doc_cage_limits *limits,
    struct doc_limits_base base, bool by_data,
    const struct doc_profile *profile)
{
	/* Soft below hard: SIGXCPU says what happened, while the SIGKILL of
	 * the hard limit looks like everybody's. */
	uint64_t cpu = limits->cpu_s;
	/* Counts for temporary files as well. */
	uint64_t file = profile->temp ? DOC_MAX(limits->output, limits->temp)
				      : limits->output;
	/* A second lock behind the filter; where there are threads, the only
	 * one that keeps a worker without a control group from filling the
	 * table of processes. */
	uint64_t threads = profile->threads ? THREADS_MAX : 0;
	const struct {
		int resource;
		uint64_t soft, hard;
	} table[] = {
		{ RLIMIT_CPU, cpu, cpu + 1 },
		{ RLIMIT_FSIZE, file, file },
		{ RLIMIT_NOFILE, FILES_MAX, FILES_MAX },
		{ RLIMIT_NPROC, threads, threads },
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_STACK, STACK_BYTES, STACK_BYTES },
		{ RLIMIT_MEMLOCK, 0, 0 },
		{ RLIMIT_MSGQUEUE, 0, 0 },
	};

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (lower(table[i].resource, table[i].soft, table[i].hard) < 0)
			return -1;
	return limit_memory(limits->memory, base, by_data);
}

static uintptr_t
stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
	return (uintptr_t)context->uc_mcontext.sp;
#else
	(void)context;
	return 0;
#endif
}

/* Not _exit(3): sanitizers look at the stack in it. */
static void
on_fault(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	uintptr_t sp = stack_pointer(context);

	if (sig == SIGSEGV && info->si_code > 0 && at + STACK_REACH > sp &&
	    at < sp + STACK_REACH)
		syscall(SYS_exit_group, DOC_EXIT_STACK);
	/* libstdc++ and libarchive abort without memory, glib traps, others
	 * use the NULL. */
	if (doc_starved())
		syscall(SYS_exit_group, DOC_EXIT_MEMORY);
	/* Back to the instruction, to die of it as if we had not looked.  A
	 * trap is not met again: behind glib's there is an endless loop. */
	signal(sig, SIG_DFL);
	if (sig == SIGTRAP)
		abort();
}

int
doc_limits_watch_faults(void)
{
	static const int deadly[] = { SIGSEGV, SIGABRT, SIGTRAP };
	struct sigaction sa = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	stack_t alt = { .ss_size = ALT_STACK };

	alt.ss_sp = mmap(NULL, ALT_STACK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (alt.ss_sp == MAP_FAILED || sigaltstack(&alt, NULL) < 0)
		return -1;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < DOC_LEN(deadly); i++)
		if (sigaction(deadly[i], &sa, NULL) < 0)
			return -1;
	return 0;
}
