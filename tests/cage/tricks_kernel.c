/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network, and what a kernel offers besides. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "tests/cage/tricks.h"

static int
try_inet(int type, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	to.sin_port = htons(port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return errno;
	if (type == SOCK_DGRAM)
		return did(
		    sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)));
	return did(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int
try_tcp(const struct target *t)
{
	return try_inet(SOCK_STREAM, t->tcp);
}

static int
try_udp(const struct target *t)
{
	return try_inet(SOCK_DGRAM, t->udp);
}

static int
try_unix(const char *name, bool abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	memcpy(to.sun_path + (abstract ? 1 : 0), name, len);
	len += offsetof(struct sockaddr_un, sun_path) + (abstract ? 1 : 0);
	return did(connect(fd, (struct sockaddr *)&to, (socklen_t)len));
}

static int
try_abstract(const struct target *t)
{
	return try_unix(t->abstract, true);
}

static int
try_path_socket(const struct target *t)
{
	return try_unix(in_dir(t, "socket"), false);
}

static int
try_netlink(const struct target *t DOC_UNUSED)
{
	return did(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static int
try_mount(const struct target *t)
{
	const char *at = in_dir(t, "mnt");

	if (mount("none", at, "tmpfs", 0, NULL) < 0)
		return errno;
	return did(umount(at));
}

static int
try_chroot(const struct target *t)
{
	return did(chroot(t->dir));
}

static int
try_userns(const struct target *t DOC_UNUSED)
{
	return did(unshare(CLONE_NEWUSER));
}

static int
try_utsns(const struct target *t DOC_UNUSED)
{
	return did(unshare(CLONE_NEWUTS));
}

static int
try_setuid(const struct target *t DOC_UNUSED)
{
	return did(setresuid(0, 0, 0));
}

static int
try_io_uring(const struct target *t DOC_UNUSED)
{
	uint32_t params[30] = { 0 };

	return did(syscall(SYS_io_uring_setup, 1, params));
}

static int
try_bpf(const struct target *t DOC_UNUSED)
{
	/* BPF_MAP_CREATE, BPF_MAP_TYPE_ARRAY: key, value, entries */
	uint32_t attr[32] = { 2, 4, 4, 1 };

	return did(syscall(SYS_bpf, 0, attr, sizeof(attr)));
}

static int
try_keyctl(const struct target *t DOC_UNUSED)
{
	/* KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, create */
	return did(syscall(SYS_keyctl, 0, -2, 1));
}

static int
try_perf(const struct target *t DOC_UNUSED)
{
	/* Software clock, user space only. */
	uint32_t attr[32] = { 1, 128 };

	attr[10] = 0x60; /* exclude_kernel, exclude_hv */
	return did(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
}

static int
try_userfault(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
}

static int
try_map_exec(const struct target *t DOC_UNUSED)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
try_protect_exec(const struct target *t DOC_UNUSED)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return did(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
try_pkey_exec(const struct target *t DOC_UNUSED)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return did(
	    syscall(SYS_pkey_mprotect, p, 4096, PROT_READ | PROT_EXEC, -1));
}

static int
try_personality(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_personality, 0x0400000)); /* READ_IMPLIES_EXEC */
}

static int
try_memfd(const struct target *t DOC_UNUSED)
{
	return did(memfd_create("code", 0));
}

static int
try_raise_limit(const struct target *t DOC_UNUSED)
{
	struct rlimit lim = { 64, 64 };

	return did(setrlimit(RLIMIT_NOFILE, &lim));
}

static int
try_dumpable(const struct target *t DOC_UNUSED)
{
	return did(prctl(PR_SET_DUMPABLE, 1));
}

static int
try_inotify(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_inotify_init1, 0));
}

static int
try_syslog(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_syslog, 10, NULL, 0));
}

/* Asks a name server, as a library would. */
static int
try_dns(const struct target *t)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons(t->udp);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return errno;
	return did(write(fd, "query", 5));
}

static int
try_algorithms(const struct target *t DOC_UNUSED)
{
	return did(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int
try_socketpair(const struct target *t DOC_UNUSED)
{
	int fds[2];

	return did(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

/* TIOCSTI and all the others; this one works on every descriptor. */
static int
try_ioctl(const struct target *t DOC_UNUSED)
{
	return did(ioctl(0, FIOCLEX));
}

static int
try_pipe(const struct target *t DOC_UNUSED)
{
	int fds[2];

	return did(pipe(fds));
}

static int
try_futex_pi(const struct target *t DOC_UNUSED)
{
	static uint32_t lock;

	return did(
	    syscall(SYS_futex, &lock, 6 /* FUTEX_LOCK_PI */, 0, NULL, NULL, 0));
}

static int
try_futex_requeue(const struct target *t DOC_UNUSED)
{
	static uint32_t from, to;

	return did(
	    syscall(SYS_futex, &from, 3 /* FUTEX_REQUEUE */, 0, 0, &to, 0));
}

static int
try_own_filter(const struct target *t DOC_UNUSED)
{
	/* SECCOMP_GET_ACTION_AVAIL, SECCOMP_RET_ALLOW */
	uint32_t act = 0x7fff0000;

	return did(syscall(SYS_seccomp, 2, 0, &act));
}

static int
try_own_landlock(const struct target *t DOC_UNUSED)
{
	return did(syscall(444, NULL, 0, 1));
}

static int
try_aio(const struct target *t DOC_UNUSED)
{
	unsigned long context = 0;

	return did(syscall(SYS_io_setup, 1, &context));
}

static int
try_timer(const struct target *t DOC_UNUSED)
{
	int id;

	return did(syscall(SYS_timer_create, 0, NULL, &id));
}

static int
try_eventfd(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_eventfd2, 0, 0));
}

static int
try_epoll(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_epoll_create1, 0));
}

static int
try_mbind(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_set_mempolicy, 0, NULL, 0));
}

static int
try_fallocate(const struct target *t DOC_UNUSED)
{
	int fd = (int)syscall(SYS_memfd_create, "full", 0);

	if (fd < 0)
		return errno;
	return did(fallocate(fd, 0, 0, 1 << 20));
}

static int
try_capget(const struct target *t DOC_UNUSED)
{
	uint32_t head[2] = { 0x20080522, 0 }, data[6];

	return did(syscall(SYS_capget, head, data));
}

/* A program that never was a file. */
static int
try_memfd_exec(const struct target *t DOC_UNUSED)
{
	static char name[] = "true";
	char *const argv[] = { name, NULL }, *const envp[] = { NULL };
	int from = open("/bin/true", O_RDONLY);
	int fd = (int)syscall(SYS_memfd_create, "code", 0);
	char buf[4096];
	ssize_t n;

	if (from < 0 || fd < 0)
		return errno;
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return errno;
	return did(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH));
}

#ifdef __x86_64__
static int
try_int80(const struct target *t DOC_UNUSED)
{
	long rc = 20; /* getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(rc) : : "memory");
	if (rc < 0)
		errno = (int)-rc;
	return did(rc);
}

static int
try_x32(const struct target *t DOC_UNUSED)
{
	return did(syscall(0x40000000 | SYS_getpid));
}

static int
try_ldt(const struct target *t DOC_UNUSED)
{
	char buf[16];

	return did(syscall(SYS_modify_ldt, 0, buf, sizeof(buf)));
}
#endif

/* clang-format off */
const struct trick kernel_tricks[] = {
	{ "TCP connect", try_tcp, SECCOMP | LANDLOCK_NET | NETNS },
	{ "UDP send", try_udp, SECCOMP | NETNS },
	{ "abstract unix socket", try_abstract, SECCOMP | SCOPE | NETNS },
	{ "unix socket by path", try_path_socket, SECCOMP | OWN_ROOT },
	{ "netlink socket", try_netlink, SECCOMP },
	{ "mount", try_mount, SECCOMP | DEADLY | FILES },
	{ "chroot", try_chroot, SECCOMP | DEADLY },
	{ "unshare a user namespace", try_userns, SECCOMP | DEADLY },
	{ "unshare the host name", try_utsns, SECCOMP | DEADLY },
	{ "setresuid 0", try_setuid, SECCOMP | DEADLY },
	{ "io_uring_setup", try_io_uring, SECCOMP | DEADLY },
	{ "bpf", try_bpf, SECCOMP | DEADLY },
	{ "keyctl", try_keyctl, SECCOMP | DEADLY },
	{ "perf_event_open", try_perf, SECCOMP | DEADLY },
	{ "userfaultfd", try_userfault, SECCOMP | DEADLY },
	{ "mmap PROT_EXEC", try_map_exec, SECCOMP | DEADLY },
	{ "mprotect PROT_EXEC", try_protect_exec, SECCOMP | DEADLY },
	{ "pkey_mprotect PROT_EXEC", try_pkey_exec, SECCOMP | DEADLY },
	{ "personality", try_personality, SECCOMP | DEADLY },
	{ "memfd_create", try_memfd, SECCOMP },
	{ "setrlimit", try_raise_limit, SECCOMP | DEADLY },
	{ "prctl PR_SET_DUMPABLE", try_dumpable, SECCOMP },
	{ "inotify_init", try_inotify, SECCOMP | DEADLY },
	{ "syslog", try_syslog, SECCOMP | DEADLY },
	{ "DNS", try_dns, SECCOMP | NETNS },
	{ "AF_ALG socket", try_algorithms, SECCOMP },
	{ "socketpair", try_socketpair, SECCOMP | DEADLY },
	{ "ioctl", try_ioctl, SECCOMP },
	{ "pipe", try_pipe, SECCOMP | DEADLY },
	{ "futex FUTEX_LOCK_PI", try_futex_pi, SECCOMP | DEADLY },
	{ "futex FUTEX_REQUEUE", try_futex_requeue, SECCOMP },
	{ "seccomp", try_own_filter, SECCOMP | DEADLY },
	{ "landlock", try_own_landlock, SECCOMP | DEADLY },
	{ "io_setup", try_aio, SECCOMP | DEADLY },
	{ "timer_create", try_timer, SECCOMP | DEADLY },
	{ "eventfd", try_eventfd, SECCOMP },
	{ "epoll_create", try_epoll, SECCOMP },
	{ "set_mempolicy", try_mbind, SECCOMP },
	{ "fallocate", try_fallocate, SECCOMP },
	{ "capget", try_capget, SECCOMP },
	{ "run a program from memory", try_memfd_exec, SECCOMP | FILES },
#ifdef __x86_64__
	{ "int 0x80", try_int80, SECCOMP | DEADLY },
	{ "x32 call", try_x32, SECCOMP | DEADLY },
	{ "modify_ldt", try_ldt, SECCOMP | DEADLY },
#endif
	{ NULL, NULL, 0 }
};
/* clang-format on */
