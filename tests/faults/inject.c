/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject - make the N-th call of a function fail; tests/faults/inject.py.
 *
 * Preloaded into a supervisor (engine programs get a clean environment, so
 * that it stays there).  From the environment:
 *	INJECT_TOOL	name of the program it is for
 *	INJECT_CALL	function
 *	INJECT_AT	which call fails, from 1
 *	INJECT_STICKY	set: all calls after it fail as well, as on a full disk
 *	INJECT_HIT	file that is made when the call failed
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What fails, and how. */
/* clang-format off */
#define CALLS(X) \
	X(malloc, ENOMEM) X(calloc, ENOMEM) X(realloc, ENOMEM) \
	X(write, ENOSPC) X(read, EIO) X(open, EMFILE) X(openat, EMFILE) \
	X(fsync, EIO) X(fdatasync, EIO) X(renameat, EIO) X(rename, EIO) \
	X(fork, EAGAIN) X(pipe2, EMFILE) X(socketpair, EMFILE) \
	X(sendmsg, ENOBUFS) X(recvmsg, ENOMEM) X(fstat, EIO) \
	X(mkdir, ENOSPC) X(mkdirat, ENOSPC) X(flock, ENOLCK) \
	X(ftruncate, EIO) X(mmap, ENOMEM) X(dup2, EMFILE) \
	X(memfd_create, EMFILE) X(signalfd, EMFILE) \
	X(epoll_create1, EMFILE) X(epoll_ctl, ENOMEM) X(epoll_wait, EINTR) \
	X(waitpid, EINTR) X(unlinkat, EIO) X(fcntl, EMFILE)
/* clang-format on */

enum call {
#define X(name, code) C_##name,
	CALLS(X)
#undef X
};

static const struct {
	const char *name;
	int code;
} calls[] = {
#define X(name, code) { #name, code },
	CALLS(X)
#undef X
};

static int chosen = -1;
static unsigned long at, seen;
static int sticky;
static const char *hit_file;

/* libseccomp 2.5 frees twice when it runs out of memory.  It works before the
 * first record is read, so that nothing is lost, but not lawful either; its
 * own calls are left alone. */
static uintptr_t spared_from, spared_to;

static int
find_spared(struct dl_phdr_info *info, size_t n, void *ctx)
{
	(void)n;
	(void)ctx;
	if (strstr(info->dlpi_name, "/libseccomp.so") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr +
		    info->dlpi_phdr[i].p_memsz;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && end > spared_to)
			spared_to = end;
	}
	spared_from = info->dlpi_addr;
	return 1;
}

static int
spared(const void *caller)
{
	return (uintptr_t)caller >= spared_from &&
	    (uintptr_t)caller < spared_to;
}

__attribute__((constructor)) static void
start(void)
{
	const char *tool = getenv("INJECT_TOOL"), *call = getenv("INJECT_CALL");
	const char *nth = getenv("INJECT_AT");

	if (tool == NULL || call == NULL || nth == NULL ||
	    strcmp(tool, program_invocation_short_name) != 0)
		return;
	dl_iterate_phdr(find_spared, NULL);
	hit_file = getenv("INJECT_HIT");
	sticky = getenv("INJECT_STICKY") != NULL;
	at = strtoul(nth, NULL, 10);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(calls[i].name, call) == 0)
			chosen = (int)i;
}

/* Raw system calls: our own calls are not counted. */
static int
fails(enum call call)
{
	long fd;

	if ((int)call != chosen)
		return 0;
	seen++;
	if (sticky ? seen < at : seen != at)
		return 0;
	if (hit_file != NULL) {
		fd = syscall(SYS_openat, AT_FDCWD, hit_file,
		    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			syscall(SYS_close, fd);
	}
	errno = calls[call].code;
	return 1;
}

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *old, size_t n);

void *
malloc(size_t n)
{
	return !spared(__builtin_return_address(0)) && fails(C_malloc)
	    ? NULL
	    : __libc_malloc(n);
}

void *
calloc(size_t count, size_t n)
{
	return !spared(__builtin_return_address(0)) && fails(C_calloc)
	    ? NULL
	    : __libc_calloc(count, n);
}

void *
realloc(void *old, size_t n)
{
	return !spared(__builtin_return_address(0)) && fails(C_realloc)
	    ? NULL
	    : __libc_realloc(old, n);
}

/* The function behind ours; looked up once. */
#define NEXT(type, name, ...)                                                  \
	static type (*next)(__VA_ARGS__);                                      \
	if (next == NULL)                                                      \
	*(void **)&next = dlsym(RTLD_NEXT, name)

#define WRAP(type, bad, name, params, args, ...)                               \
	type name params                                                       \
	{                                                                      \
		NEXT(type, #name, __VA_ARGS__);                                \
		if (fails(C_##name))                                           \
			return bad;                                            \
		return next args;                                              \
	}

/* clang-format off */
WRAP(ssize_t, -1, read, (int fd, void *p, size_t n), (fd, p, n),
    int, void *, size_t)
WRAP(int, -1, fsync, (int fd), (fd), int)
WRAP(int, -1, fdatasync, (int fd), (fd), int)
WRAP(int, -1, rename, (const char *a, const char *b), (a, b),
    const char *, const char *)
WRAP(int, -1, renameat, (int d, const char *a, int e, const char *b),
    (d, a, e, b), int, const char *, int, const char *)
WRAP(pid_t, -1, fork, (void), (), void)
WRAP(int, -1, pipe2, (int fds[2], int flags), (fds, flags), int[2], int)
WRAP(int, -1, socketpair, (int d, int t, int p, int fds[2]), (d, t, p, fds),
    int, int, int, int[2])
WRAP(ssize_t, -1, sendmsg, (int fd, const struct msghdr *m, int f), (fd, m, f),
    int, const struct msghdr *, int)
WRAP(ssize_t, -1, recvmsg, (int fd, struct msghdr *m, int f), (fd, m, f),
    int, struct msghdr *, int)
WRAP(int, -1, fstat, (int fd, struct stat *st), (fd, st), int, struct stat *)
WRAP(int, -1, mkdir, (const char *p, mode_t m), (p, m), const char *, mode_t)
WRAP(int, -1, mkdirat, (int d, const char *p, mode_t m), (d, p, m),
    int, const char *, mode_t)
WRAP(int, -1, flock, (int fd, int op), (fd, op), int, int)
WRAP(int, -1, ftruncate, (int fd, off_t n), (fd, n), int, off_t)
WRAP(void *, MAP_FAILED, mmap,
    (void *p, size_t n, int prot, int flags, int fd, off_t o),
    (p, n, prot, flags, fd, o), void *, size_t, int, int, int, off_t)
WRAP(int, -1, dup2, (int a, int b), (a, b), int, int)
WRAP(int, -1, memfd_create, (const char *n, unsigned f), (n, f),
    const char *, unsigned)
WRAP(int, -1, signalfd, (int fd, const sigset_t *s, int f), (fd, s, f),
    int, const sigset_t *, int)
WRAP(int, -1, epoll_create1, (int f), (f), int)
WRAP(int, -1, epoll_ctl, (int e, int op, int fd, struct epoll_event *ev),
    (e, op, fd, ev), int, int, int, struct epoll_event *)
WRAP(int, -1, epoll_wait, (int e, struct epoll_event *ev, int n, int ms),
    (e, ev, n, ms), int, struct epoll_event *, int, int)
WRAP(pid_t, -1, waitpid, (pid_t p, int *s, int f), (p, s, f),
    pid_t, int *, int)
WRAP(int, -1, unlinkat, (int d, const char *p, int f), (d, p, f),
    int, const char *, int)
/* clang-format on */

/* Not of messages: "status 3 without a word" is what the law forbids. */
ssize_t
write(int fd, const void *p, size_t n)
{
	if (fd != STDERR_FILENO && fails(C_write))
		return -1;
	return syscall(SYS_write, fd, p, n);
}

/* Those with an argument that may be missing. */

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (fails(C_open))
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (fails(C_openat))
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

int
fcntl(int fd, int cmd, ...)
{
	va_list ap;
	long arg;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	if (fails(C_fcntl))
		return -1;
	return (int)syscall(SYS_fcntl, fd, cmd, arg);
}
