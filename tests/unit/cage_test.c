/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a caged worker can still do, and how it ends at its limits.  What it
 * cannot do is in tests/cage/attack.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/cage/fate.h"
#include "lib/cage/parts.h"
#include "tests/unit/tap.h"

static const struct doc_profile *const profiles[] = {
	&doc_profile_list,
	&doc_profile_scan,
	&doc_profile_text,
	&doc_profile_ocr,
	&doc_profile_preview,
	&doc_profile_picture,
};

static const struct doc_cage_limits roomy = {
	.memory = 256 << 20,
	.output = 1 << 20,
	.temp = 1 << 20,
	.cpu_s = 2,
};

/* What happens inside one worker, and how it ended. */
struct scene {
	const struct doc_profile *profile;
	enum doc_cage_mode mode;
	struct doc_cage_limits limits;
	int (*act)(struct doc_cage *cage, int fd); /* exit status */
	int peer;   /* our end of the worker's socket */
	int status; /* as from waitpid */
	unsigned missing;
};

/* In the zygote: one worker.  Its status goes back as a message. */
static void
run_zygote(struct scene *s, int sock, const char *temp_dir)
{
	struct doc_error err = { 0 };
	struct doc_cage cage;
	int note[3] = { -1, 0, 0 }; /* no other message has this size */
	pid_t pid;

	if (doc_cage_open(&cage, s->profile, s->mode, temp_dir, &err) < 0 ||
	    doc_cage_prepare(&cage, &err) < 0) {
		printf("# %s\n", err.msg);
		fflush(stdout);
		_exit(1);
	}
	note[1] = (int)cage.missing;
	pid = fork();
	if (pid == 0) {
		if (doc_cage_enter(&cage, &s->limits, sock, &err) < 0)
			_exit(DOC_EXIT_SANDBOX);
		_exit(s->act(&cage, sock));
	}
	waitpid(pid, &note[0], 0);
	if (send(sock, note, sizeof(note), 0) < 0)
		_exit(1);
	_exit(0);
}

static int
remove_one(const char *path, const struct stat *st DOC_UNUSED,
    int flag DOC_UNUSED, struct FTW *ftw DOC_UNUSED)
{
	return remove(path);
}

/* Leaves what the worker sent in buf; returns its length. */
static ssize_t
play(struct scene *s, void *buf, size_t size)
{
	char dir[] = "/tmp/cage-test-XXXXXX";
	int pair[2], note[3];
	ssize_t n, got = 0;
	char msg[256];

	s->status = -1;
	if (mkdtemp(dir) == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	fflush(stdout);
	if (fork() == 0)
		run_zygote(s, pair[1], dir);
	close(pair[1]);
	if (s->peer >= 0) {
		char one = 1;
		struct iovec iov = { &one, 1 };
		union {
			char room[CMSG_SPACE(sizeof(int))];
			struct cmsghdr align;
		} u = { { 0 } };
		struct msghdr mh = { .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &u,
			.msg_controllen = sizeof(u.room) };

		u.align.cmsg_len = CMSG_LEN(sizeof(int));
		u.align.cmsg_level = SOL_SOCKET;
		u.align.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&u.align), &s->peer, sizeof(int));
		sendmsg(pair[0], &mh, MSG_NOSIGNAL);
	}
	/* The zygote's note is the last message. */
	while ((n = recv(pair[0], msg, sizeof(msg), 0)) > 0) {
		if (n == sizeof(note)) {
			memcpy(note, msg, sizeof(note));
			s->status = note[0];
			s->missing = (unsigned)note[1];
		}
		if (s->status < 0 || got == 0) {
			got = DOC_MIN(n, (ssize_t)size);
			if (size > 0)
				memcpy(buf, msg, (size_t)got);
		}
	}
	close(pair[0]);
	wait(NULL);
	/* As the supervisor does where there is no mount namespace. */
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return got;
}

static bool
exited(const struct scene *s, int status)
{
	return WIFEXITED(s->status) && WEXITSTATUS(s->status) == status;
}

static bool
died(const struct scene *s, int sig)
{
	return WIFSIGNALED(s->status) && WTERMSIG(s->status) == sig;
}

/* Where the kernel has no filter for us there is nothing to see. */
static void
ok_filter(const struct scene *s, bool good, const char *what)
{
	if (s->missing & DOC_MECH_SECCOMP)
		SKIP(what, "no seccomp");
	else
		OK(good, what);
}

static struct scene
scene(const struct doc_profile *profile,
    int (*act)(struct doc_cage *cage, int fd))
{
	return (struct scene){
		.profile = profile,
		.limits = roomy,
		.act = act,
		.peer = -1,
	};
}

/* A document comes after the door is locked, and is read in all ways. */
static int
act_document(struct doc_cage *cage DOC_UNUSED, int sock)
{
	char byte, buf[64];
	struct iovec iov = { &byte, 1 };
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &u,
		.msg_controllen = sizeof(u.room) };
	struct stat st;
	char *map, *heap;
	int fd;

	if (recvmsg(sock, &mh, MSG_CMSG_CLOEXEC) != 1)
		return 1;
	memcpy(&fd, CMSG_DATA(&u.align), sizeof(fd));
	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return 2;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || pread(fd, buf, sizeof(buf), 0) <= 0 ||
	    map[0] != buf[0])
		return 3;
	heap = malloc(32 << 20);
	if (heap == NULL)
		return 4;
	memset(heap, 1, 32 << 20);
	free(heap);
	if (write(sock, "answer", 6) != 6)
		return 5;
	return 42;
}

static void
test_document(void)
{
	char what[64], buf[16];

	for (size_t i = 0; i < DOC_LEN(profiles); i++) {
		struct scene s = scene(profiles[i], act_document);
		ssize_t n;

		s.peer = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		n = play(&s, buf, sizeof(buf));
		close(s.peer);
		snprintf(what, sizeof(what), "%s: gets and reads a document",
		    profiles[i]->name);
		OK(exited(&s, 42) && n == 6 && memcmp(buf, "answer", 6) == 0,
		    what);
	}
}

/* All that libclamav does with its directory. */
static int
act_temp(struct doc_cage *cage, int sock DOC_UNUSED)
{
	char path[256], other[256], buf[4];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/dir", cage->temp);
	if (mkdir(path, 0700) < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/dir/file", cage->temp);
	snprintf(other, sizeof(other), "%s/dir/other", cage->temp);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_TRUNC, 0600);
	if (fd < 0 || write(fd, "abc", 3) != 3 || pread(fd, buf, 3, 0) != 3 ||
	    ftruncate(fd, 1) < 0)
		return 2;
	if (rename(path, other) < 0 || stat(other, &st) < 0 ||
	    st.st_size != 1 || chmod(other, 0400) < 0)
		return 3;
	if (unlink(other) < 0)
		return 4;
	snprintf(path, sizeof(path), "%s/dir", cage->temp);
	return rmdir(path) < 0 ? 5 : 42;
}

static int
act_fill(struct doc_cage *cage, int sock DOC_UNUSED)
{
	static char page[4096];
	char path[256];
	int fd;

	for (int i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "%s/%d", cage->temp, i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			return errno == ENOSPC ? 42 : 1;
		for (int k = 0; k < 64; k++)
			if (write(fd, page, sizeof(page)) < 0)
				return errno == ENOSPC ? 42 : 2;
		close(fd);
	}
	return 3;
}

static void
test_temp(void)
{
	struct scene s = scene(&doc_profile_scan, act_temp);

	play(&s, NULL, 0);
	OK(exited(&s, 42), "scan: works in its private directory");
	s = scene(&doc_profile_scan, act_fill);
	play(&s, NULL, 0);
	if (s.missing & DOC_MECH_MOUNTNS)
		SKIP("scan: directory has a size", "no mount namespace");
	else
		OK(exited(&s, 42), "scan: directory has a size");
}

static int
act_read_only(struct doc_cage *cage, int sock DOC_UNUSED)
{
	const char *const *path = cage->profile->read_only;
	int seen = 0;

	for (; *path != NULL; path++) {
		doc_autoclose int fd = open(*path, O_RDONLY | O_DIRECTORY);

		if (fd < 0 && errno != ENOENT)
			return 1;
		seen += fd >= 0;
	}
	return seen > 0 ? 42 : 2;
}

static void
test_read_only(void)
{
	const unsigned file_locks = DOC_MECH_LANDLOCK | DOC_MECH_MOUNTNS;
	char what[64];

	for (size_t i = 0; i < DOC_LEN(profiles); i++) {
		struct scene s = scene(profiles[i], act_read_only);

		if (profiles[i]->read_only == NULL)
			continue;
		snprintf(what, sizeof(what), "%s: reads what it may",
		    profiles[i]->name);
		if (access("/etc/fonts", R_OK) < 0 &&
		    access("/usr/share/poppler", R_OK) < 0) {
			SKIP(what, "neither poppler-data nor fonts");
			continue;
		}
		play(&s, NULL, 0);
		if ((s.missing & file_locks) == file_locks)
			SKIP(what, "nothing could lock the files");
		else
			OK(exited(&s, 42), what);
	}
}

static void *
thread_main(void *arg)
{
	*(int *)arg = 42;
	return NULL;
}

static int
act_thread(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	pthread_t thread;
	int got = 0;

	if (pthread_create(&thread, NULL, thread_main, &got) != 0)
		return 1;
	pthread_join(thread, NULL);
	return got;
}

static int
act_fork(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	return fork() < 0 ? 1 : 2;
}

static void
test_thread(void)
{
	struct scene s = scene(&doc_profile_picture, act_thread);

	play(&s, NULL, 0);
	OK(exited(&s, 42), "preview: makes threads");
	s = scene(&doc_profile_picture, act_fork);
	play(&s, NULL, 0);
	ok_filter(&s, died(&s, SIGSYS), "preview: but no processes");
	s = scene(&doc_profile_text, act_thread);
	play(&s, NULL, 0);
	ok_filter(&s, died(&s, SIGSYS), "text: makes no threads");
}

static int
act_memory(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	size_t got = 0;

	for (int i = 0; i < 100; i++) {
		void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		got += p != MAP_FAILED;
	}
	/* 32 asked for; the rest of the cage may have taken a little. */
	return got >= 30 && got <= 32 ? 42 : (int)got;
}

static int
act_share(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1,
	    0);

	return p == MAP_FAILED;
}

static int
act_grow(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);

	return p == MAP_FAILED;
}

/* Stands for a document: what is only read. */
static int
act_only_read(struct doc_cage *cage, int sock DOC_UNUSED)
{
	void *p = mmap(NULL, (size_t)1 << 30, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return (p != MAP_FAILED) == cage->data_limit ? 42 : 1;
}

static int
act_spin(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	volatile bool on = true;

	while (on)
		;
	return 1;
}

static int
act_write(struct doc_cage *cage, int sock DOC_UNUSED)
{
	static char page[4096];
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/big", cage->temp);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 100; i++)
		if (write(fd, page, sizeof(page)) < 0)
			return 1;
	return 2;
}

static int
recurse(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

static int
act_recurse(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	return recurse(10 << 20);
}

static int
act_fault(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	int *volatile nowhere = (int *)16;

	return *nowhere;
}

static int
act_abort(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	abort();
}

static void
test_limits(void)
{
	struct scene s = scene(&doc_profile_list, act_memory);

	s.limits.memory = 32 << 20;
	play(&s, NULL, 0);
	OK(exited(&s, 42), "memory is what the limit says");
	s = scene(&doc_profile_list, act_only_read);
	s.limits.memory = 32 << 20;
	play(&s, NULL, 0);
	OK(exited(&s, 42), "what is only read does not count");
	s = scene(&doc_profile_list, act_share);
	play(&s, NULL, 0);
	ok_filter(&s, died(&s, SIGSYS), "no shared memory, which would not");
	s = scene(&doc_profile_list, act_grow);
	play(&s, NULL, 0);
	ok_filter(&s, died(&s, SIGSYS), "nor a stack of its own");

	s = scene(&doc_profile_list, act_spin);
	s.limits.cpu_s = 1;
	play(&s, NULL, 0);
	OK(died(&s, SIGXCPU), "processor time ends with SIGXCPU");

	s = scene(&doc_profile_scan, act_write);
	s.limits.output = s.limits.temp = 64 << 10;
	play(&s, NULL, 0);
	OK(died(&s, SIGXFSZ) || exited(&s, 1),
	    "files do not grow beyond the limit");

	s = scene(&doc_profile_list, act_recurse);
	play(&s, NULL, 0);
	OK(exited(&s, DOC_EXIT_STACK), "stack overflow says so");

	s = scene(&doc_profile_list, act_fault);
	play(&s, NULL, 0);
	OK(died(&s, SIGSEGV), "another fault stays SIGSEGV");

	s = scene(&doc_profile_list, act_abort);
	play(&s, NULL, 0);
	OK(died(&s, SIGABRT), "abort stays SIGABRT");
}

static int
act_ptrace(struct doc_cage *cage DOC_UNUSED, int sock DOC_UNUSED)
{
	syscall(SYS_ptrace, 0, 0, 0, 0);
	return 1;
}

static void
test_trace(void)
{
	struct scene s = scene(&doc_profile_list, act_ptrace);
	struct doc_cage_trace got = { 0 };
	char name[32];
	ssize_t n;

	s.mode = DOC_CAGE_TRACE;
	n = play(&s, &got, sizeof(got));
	ok_filter(&s, died(&s, SIGSYS), "trace: kills as without");
	ok_filter(&s,
	    n == sizeof(got) && got.magic == DOC_CAGE_TRACE_MAGIC &&
		got.nr == SYS_ptrace,
	    "trace: the call is reported");
	OK(strcmp(doc_syscall_name(SYS_ptrace, name), "ptrace") == 0,
	    "a number with a name");
	OK(strcmp(doc_syscall_name(-7, name), "syscall--7") == 0,
	    "a number without a name");
}

/* What is left of fds, limits and identity. */
static int
act_inventory(struct doc_cage *cage DOC_UNUSED, int sock)
{
	struct rlimit lim;

	for (int fd = 3; fd < 256; fd++)
		if (fd != sock && fcntl(fd, F_GETFD) >= 0)
			return 1;
	if (getrlimit(RLIMIT_CORE, &lim) < 0 || lim.rlim_max != 0)
		return 2;
	if (getrlimit(RLIMIT_CPU, &lim) < 0 || lim.rlim_max != lim.rlim_cur + 1)
		return 3;
	if (getuid() == 0 || geteuid() == 0)
		return 4;
	if (getrlimit(RLIMIT_NPROC, &lim) < 0 || lim.rlim_max > 4096)
		return 6;
	/* fd 2 was a regular file. */
	if (write(2, "x", 1) != 1 || lseek(2, 0, SEEK_END) > 0)
		return 5;
	return 42;
}

static void
test_inventory(void)
{
	struct scene s = scene(&doc_profile_list, act_inventory);
	int was = dup(2);
	int log = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	struct stat st;

	dup2(log, 2);
	play(&s, NULL, 0);
	dup2(was, 2);
	close(was);
	OK(exited(&s, 42), "no fds, limits, root or log file are left");
	OK(fstat(log, &st) == 0 && st.st_size == 0, "the log file is whole");
	close(log);
}

/* pdeath must survive the change of identity. */
static int
worker_of_dying_zygote(int sock)
{
	struct doc_error err = { 0 };
	struct doc_cage cage;
	int sig = 0;

	if (doc_cage_open(&cage, &doc_profile_list, DOC_CAGE_ENFORCE, "",
		&err) < 0 ||
	    doc_cage_prepare(&cage, &err) < 0)
		return 1;
	cage.missing |= DOC_MECH_SECCOMP; /* prctl(2) below */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (doc_cage_enter(&cage, &roomy, sock, &err) < 0)
		return 2;
	prctl(PR_GET_PDEATHSIG, &sig);
	if (prctl(PR_GET_DUMPABLE) != 0 ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 3;
	return sig == SIGKILL ? 42 : 4;
}

static void
test_death_signal(void)
{
	int status;

	fflush(stdout);
	if (fork() == 0)
		_exit(worker_of_dying_zygote(1));
	wait(&status);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 42,
	    "parent-death signal kept, not dumpable, no new privileges");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_document();
	test_temp();
	test_read_only();
	test_thread();
	test_limits();
	test_trace();
	test_inventory();
	test_death_signal();
	return TAP_DONE();
}
