/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tests/cage/tricks.h"

char memory_secret[16] = "nothing";

/* A call's result as ours. */
static int
did(long rc)
{
	return rc >= 0 ? 0 : errno;
}

static const char *
in_dir(const struct target *t, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	return path;
}

static int
read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	char c;

	if (fd < 0)
		return errno;
	return read(fd, &c, 1) == 1 ? 0 : EIO;
}

static int
read_proc(pid_t pid, const char *what)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, what);
	return did(open(path, O_RDONLY));
}

/* Files. */

static int
try_passwd(const struct target *t DOC_UNUSED)
{
	return read_file("/etc/passwd");
}

static int
try_secret(const struct target *t)
{
	return read_file(in_dir(t, "secret"));
}

static int
try_create(const struct target *t)
{
	return did(open(in_dir(t, "new"), O_WRONLY | O_CREAT, 0600));
}

static int
try_write(const struct target *t)
{
	return did(open(in_dir(t, "mine"), O_WRONLY));
}

static int
try_truncate(const struct target *t)
{
	return did(truncate(in_dir(t, "mine"), 1));
}

static int
try_mkdir(const struct target *t)
{
	return did(mkdir(in_dir(t, "newdir"), 0700));
}

static int
try_unlink(const struct target *t)
{
	return did(unlink(in_dir(t, "unlink-me")));
}

static int
try_rename(const struct target *t)
{
	char from[256];

	snprintf(from, sizeof(from), "%s", in_dir(t, "rename-me"));
	return did(rename(from, in_dir(t, "renamed")));
}

static int
try_symlink(const struct target *t)
{
	return did(symlink("/etc/passwd", in_dir(t, "symlink")));
}

static int
try_link(const struct target *t)
{
	char from[256];

	snprintf(from, sizeof(from), "%s", in_dir(t, "mine"));
	return did(link(from, in_dir(t, "link")));
}

static int
try_mknod(const struct target *t)
{
	return did(mknod(in_dir(t, "fifo"), S_IFIFO | 0600, 0));
}

/* Its success is a lie in some profiles, so look. */
static int
try_chmod(const struct target *t)
{
	struct stat st;

	if (chmod(in_dir(t, "mine"), 0777) < 0)
		return errno;
	if (stat(in_dir(t, "mine"), &st) < 0)
		return errno;
	return (st.st_mode & 0777) == 0777 ? 0 : EPERM;
}

static int
try_chown(const struct target *t)
{
	return did(chown(in_dir(t, "mine"), getuid(), getgid()));
}

static int
try_utimes(const struct target *t)
{
	return did(utimensat(AT_FDCWD, in_dir(t, "mine"), NULL, 0));
}

static int
try_setxattr(const struct target *t)
{
	return did(
	    syscall(SYS_setxattr, in_dir(t, "mine"), "user.x", "1", 1, 0));
}

static int
try_list(const struct target *t)
{
	return did(open(t->dir, O_RDONLY | O_DIRECTORY));
}

static int
try_handle(const struct target *t)
{
	struct file_handle *fh = calloc(1, sizeof(*fh) + MAX_HANDLE_SZ);
	int mount_id;

	if (fh == NULL)
		return ENOMEM;
	fh->handle_bytes = MAX_HANDLE_SZ;
	return did(name_to_handle_at(AT_FDCWD, t->dir, fh, &mount_id, 0));
}

static int
try_own_mem(const struct target *t DOC_UNUSED)
{
	return did(open("/proc/self/mem", O_RDWR));
}

static int
try_other_temp(const struct target *t)
{
	char path[256];

	if (t->temp[0] == '\0')
		return ENOENT;
	snprintf(path, sizeof(path), "%s/secret", t->temp);
	return read_file(path);
}

static int
try_other_root(const struct target *t)
{
	char path[256];

	snprintf(path, sizeof(path), "root/%s/secret",
	    t->temp[0] != '\0' ? t->temp : t->dir);
	return read_proc(t->victim, path);
}

/* Processes. */

static int
try_exec(const struct target *t DOC_UNUSED)
{
	char *const argv[] = { (char *)(uintptr_t) "true", NULL };
	char *const envp[] = { NULL };

	return did(execve("/bin/true", argv, envp));
}

static int
try_fork(const struct target *t DOC_UNUSED)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int
try_clone3(const struct target *t DOC_UNUSED)
{
	struct {
		uint64_t word[8];
	} args = { { 0, 0, 0, 0, SIGCHLD } };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return did(pid);
}

static int
try_clone_user(const struct target *t DOC_UNUSED)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return did(pid);
}

/* A thread's flags, but in a namespace or as a child. */
static int
try_clone_half(const struct target *t DOC_UNUSED)
{
	long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return did(pid);
}

static int
try_mem(const struct target *t)
{
	return read_proc(t->victim, "mem");
}

static int
try_environ(const struct target *t)
{
	return read_proc(t->victim, "environ");
}

static int
try_zygote_maps(const struct target *t)
{
	return read_proc(t->zygote, "maps");
}

static int
try_vm_read(const struct target *t)
{
	char got[sizeof(memory_secret)] = "";
	struct iovec here = { got, sizeof(got) };
	struct iovec there = { memory_secret, sizeof(memory_secret) };

	if (process_vm_readv(t->victim, &here, 1, &there, 1, 0) < 0)
		return errno;
	return strcmp(got, "victim") == 0 ? 0 : EIO;
}

static int
try_ptrace(const struct target *t)
{
	return did(ptrace(PTRACE_SEIZE, t->victim, 0, 0));
}

static int
try_getfd(const struct target *t)
{
	int fd = (int)syscall(SYS_pidfd_open, t->victim, 0);

	if (fd < 0)
		return errno;
	return did(syscall(SYS_pidfd_getfd, fd, 1, 0));
}

static int
try_kill(const struct target *t)
{
	return did(kill(t->victim, SIGURG));
}

static int
try_kill_zygote(const struct target *t)
{
	return did(kill(t->zygote, SIGURG));
}

static int
try_tgkill(const struct target *t)
{
	return did(syscall(SYS_tgkill, t->victim, t->victim, SIGABRT));
}

static int
try_tgkill_self(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_tgkill, getpid(), gettid(), SIGURG));
}

static int
try_pidfd_signal(const struct target *t)
{
	int fd = (int)syscall(SYS_pidfd_open, t->victim, 0);

	if (fd < 0)
		return errno;
	return did(syscall(SYS_pidfd_send_signal, fd, SIGURG, NULL, 0));
}

static int
try_sigqueue(const struct target *t)
{
	union sigval none = { 0 };

	return did(sigqueue(t->victim, SIGURG, none));
}

static int
try_setown(const struct target *t)
{
	return did(fcntl(1, F_SETOWN, t->victim));
}

static int
try_prlimit(const struct target *t)
{
	struct rlimit old;

	return did(prlimit(t->victim, RLIMIT_NOFILE, NULL, &old));
}

static int
try_setpriority(const struct target *t)
{
	return did(setpriority(PRIO_PROCESS, (id_t)t->victim, 19));
}

static int
try_affinity(const struct target *t)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return did(sched_setaffinity(t->victim, sizeof(set), &set));
}

static int
try_shm(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_shmget, 0, 4096, 01600));
}

static int
try_msg(const struct target *t DOC_UNUSED)
{
	return did(syscall(SYS_msgget, 0, 01600));
}

/* Network. */

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

/* Kernel. */

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

#define FILES (LANDLOCK | OWN_ROOT)

/* clang-format off */
const struct trick tricks[] = {
	{ "read /etc/passwd", try_passwd, SECCOMP_NO_OPEN | FILES },
	{ "read a file open to all", try_secret, SECCOMP_NO_OPEN | FILES },
	{ "create a file", try_create, SECCOMP_NO_OPEN | FILES },
	{ "open for writing", try_write, SECCOMP_NO_OPEN | FILES },
	{ "truncate", try_truncate, SECCOMP | OWN_ROOT },
	{ "mkdir", try_mkdir, SECCOMP_NO_TEMP | FILES },
	{ "unlink", try_unlink, SECCOMP_NO_TEMP | FILES },
	{ "rename", try_rename, SECCOMP_NO_TEMP | FILES },
	{ "symlink", try_symlink, SECCOMP | FILES },
	{ "link", try_link, SECCOMP | FILES },
	{ "mknod", try_mknod, SECCOMP | FILES },
	{ "chmod", try_chmod, SECCOMP | OWN_ROOT },
	{ "chown", try_chown, SECCOMP | OWN_ROOT },
	{ "utimensat", try_utimes, SECCOMP | OWN_ROOT },
	{ "setxattr", try_setxattr, SECCOMP | OWN_ROOT },
	{ "open a directory", try_list, SECCOMP_NO_OPEN | FILES },
	{ "name_to_handle_at", try_handle, SECCOMP | OWN_ROOT },
	{ "open /proc/self/mem", try_own_mem, SECCOMP_NO_OPEN | FILES },
	{ "read another worker's temp", try_other_temp,
	    SECCOMP_NO_OPEN | FILES | OWN_MOUNTS },
	{ "read /proc/VICTIM/root", try_other_root,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "execve", try_exec, SECCOMP | FILES },
	{ "fork", try_fork, SECCOMP },
	{ "clone3", try_clone3, SECCOMP },
	{ "clone into a user namespace", try_clone_user, SECCOMP },
	{ "clone sharing files", try_clone_half, SECCOMP },
	{ "open /proc/VICTIM/mem", try_mem, SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open /proc/VICTIM/environ", try_environ,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "open /proc/ZYGOTE/maps", try_zygote_maps,
	    SECCOMP_NO_OPEN | FILES | NO_DUMP },
	{ "process_vm_readv", try_vm_read, SECCOMP | LANDLOCK | NO_DUMP },
	{ "ptrace", try_ptrace, SECCOMP | LANDLOCK | NO_DUMP },
	{ "pidfd_getfd", try_getfd, SECCOMP | LANDLOCK | NO_DUMP },
	{ "kill a sibling", try_kill, SECCOMP | SCOPE },
	{ "kill the zygote", try_kill_zygote, SECCOMP | SCOPE },
	{ "pidfd_send_signal", try_pidfd_signal, SECCOMP | SCOPE },
	{ "sigqueue", try_sigqueue, SECCOMP | SCOPE },
	{ "tgkill of itself", try_tgkill_self, SECCOMP },
	{ "fcntl F_SETOWN", try_setown, SECCOMP },
	{ "prlimit of a sibling", try_prlimit, SECCOMP },
	{ "setpriority of a sibling", try_setpriority, SECCOMP },
	{ "sched_setaffinity of a sibling", try_affinity, SECCOMP },
	{ "shmget", try_shm, SECCOMP },
	{ "msgget", try_msg, SECCOMP },
	{ "TCP connect", try_tcp, SECCOMP | LANDLOCK_NET | NETNS },
	{ "UDP send", try_udp, SECCOMP | NETNS },
	{ "abstract unix socket", try_abstract, SECCOMP | SCOPE | NETNS },
	{ "unix socket by path", try_path_socket, SECCOMP | OWN_ROOT },
	{ "netlink socket", try_netlink, SECCOMP },
	{ "mount", try_mount, SECCOMP | FILES },
	{ "chroot", try_chroot, SECCOMP },
	{ "unshare a user namespace", try_userns, SECCOMP },
	{ "unshare the host name", try_utsns, SECCOMP },
	{ "setresuid 0", try_setuid, SECCOMP },
	{ "io_uring_setup", try_io_uring, SECCOMP },
	{ "bpf", try_bpf, SECCOMP },
	{ "keyctl", try_keyctl, SECCOMP },
	{ "perf_event_open", try_perf, SECCOMP },
	{ "userfaultfd", try_userfault, SECCOMP },
	{ "mmap PROT_EXEC", try_map_exec, SECCOMP },
	{ "mprotect PROT_EXEC", try_protect_exec, SECCOMP },
	{ "pkey_mprotect PROT_EXEC", try_pkey_exec, SECCOMP },
	{ "personality", try_personality, SECCOMP },
	{ "memfd_create", try_memfd, SECCOMP },
	{ "setrlimit", try_raise_limit, SECCOMP },
	{ "prctl PR_SET_DUMPABLE", try_dumpable, SECCOMP },
	{ "inotify_init", try_inotify, SECCOMP },
	{ "syslog", try_syslog, SECCOMP },
#ifdef __x86_64__
	{ "int 0x80", try_int80, SECCOMP },
	{ "x32 call", try_x32, SECCOMP },
	{ "modify_ldt", try_ldt, SECCOMP },
#endif
	/* Last: where it works the victim is no more. */
	{ "tgkill of a sibling", try_tgkill, SECCOMP | SCOPE },
};
/* clang-format on */

const size_t trick_count = DOC_LEN(tricks);
