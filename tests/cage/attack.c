/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attack - try to get out of the cage.
 *
 * Makes a zygote and its workers as a stage does, and lets each worker try one
 * trick (tricks.c) after its door is locked.  First without any cage, to see
 * which tricks work on this machine at all: stopping the others proves
 * nothing.  Then in the full cage of each profile, and then in worlds that
 * lack something (emulated by a filter that makes the system calls fail as
 * they do there), where the layers left must stop what they are for.
 *
 * Run as root and as an ordinary user.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/cage/fate.h"
#include "lib/cage/parts.h"
#include "tests/cage/tricks.h"
#include "tests/unit/tap.h"

enum { MAX_TRICKS = 160, MAX_DENIED = 8, TRICK_SECONDS = 5 };

/* What a world lacks. */
struct world {
	const char *name;
	long denied[MAX_DENIED]; /* calls that fail; ends with 0 */
	int error;		 /* what they fail with */
	unsigned missing;	 /* must be noticed */
	unsigned off;		 /* known but not used: proves the others */
	enum doc_level level;	 /* where nothing else is missing */
};

#define LANDLOCK_CALLS	444, 445, 446
#define NAMESPACE_CALLS SYS_unshare, SYS_mount
#define NS_BITS		(DOC_MECH_NETNS | DOC_MECH_IPCNS | DOC_MECH_MOUNTNS)

static const struct world full = {
	.name = "full",
	.level = DOC_LEVEL_NETWORK,
};

static const struct world worlds[] = {
	{ .name = "seccomp switched off",
	    .off = DOC_MECH_SECCOMP,
	    .level = DOC_LEVEL_NETWORK },
	{ .name = "landlock switched off",
	    .off = DOC_MECH_LANDLOCK | DOC_MECH_SCOPE,
	    .level = DOC_LEVEL_NETWORK },
	{ .name = "no landlock",
	    .error = ENOSYS,
	    .denied = { LANDLOCK_CALLS, SYS_close_range },
	    .missing = DOC_MECH_LANDLOCK | DOC_MECH_SCOPE,
	    .level = DOC_LEVEL_NETWORK },
	{ .name = "no namespaces",
	    .error = EPERM,
	    .denied = { NAMESPACE_CALLS },
	    .missing = NS_BITS,
	    .level = DOC_LEVEL_NETWORK },
	{ .name = "no mounts",
	    .error = EINVAL,
	    .denied = { SYS_mount, LANDLOCK_CALLS },
	    .missing = DOC_MECH_MOUNTNS | DOC_MECH_LANDLOCK,
	    .level = DOC_LEVEL_SYSCALLS },
	{ .name = "neither landlock nor namespaces",
	    .error = EPERM,
	    .denied = { NAMESPACE_CALLS, LANDLOCK_CALLS },
	    .missing = NS_BITS | DOC_MECH_LANDLOCK | DOC_MECH_SCOPE,
	    .level = DOC_LEVEL_SYSCALLS },
	{ .name = "no seccomp",
	    .error = EINVAL,
	    .denied = { SYS_seccomp },
	    .missing = DOC_MECH_SECCOMP,
	    .level = DOC_LEVEL_LIMITS },
};

static const struct doc_profile *const profiles[] = {
	&doc_profile_list,
	&doc_profile_scan,
	&doc_profile_text,
	&doc_profile_office,
	&doc_profile_ocr,
	&doc_profile_preview,
	&doc_profile_picture,
};

/* What a zygote found out. */
struct report {
	bool ready;
	bool no_world; /* it could not be emulated */
	struct doc_error err;
	unsigned missing;
	int landlock_abi;
	bool private_root;
	bool no_root;		/* workers are not root outside */
	int status[MAX_TRICKS]; /* of each attacker, as from waitpid */
};

/* The processes last: where a sibling can be killed there is none after. */
static const struct trick *const sets[] = { file_tricks, kernel_tricks,
	process_tricks };
static struct trick tricks[MAX_TRICKS];
static size_t trick_count;

static const struct doc_cage_limits limits = {
	.memory = 64 << 20,
	.output = 1 << 20,
	.temp = 1 << 20,
	.cpu_s = 5,
};

/* Make some system calls fail. */
static int
enter_world(const struct world *world)
{
	struct sock_filter code[2 + 2 * MAX_DENIED];
	struct sock_fprog prog = { .filter = code };
	unsigned n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < MAX_DENIED && world->denied[i] != 0; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
			BPF_K,
		    (uint32_t)world->denied[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | (uint32_t)world->error);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

/* The other tenant's worker: says where its directory is, then waits. */
DOC_NORETURN static void
be_victim(struct doc_cage *cage, const char *temp, int sock)
{
	struct doc_error err = { 0 };
	char path[256];
	int fd;

	strcpy(memory_secret, "victim");
	if (cage != NULL && doc_cage_enter(cage, &limits, sock, &err) < 0)
		_exit(DOC_EXIT_SANDBOX);
	if (cage != NULL)
		temp = cage->temp;
	if (cage != NULL && temp[0] != '\0') {
		snprintf(path, sizeof(path), "%s/secret", temp);
		fd = open(path, O_WRONLY | O_CREAT, 0644);
		if (fd < 0 || write(fd, "secret", 6) != 6)
			_exit(1);
	}
	if (write(sock, temp, strlen(temp) + 1) < 0)
		_exit(1);
	for (;;)
		if (read(sock, path, sizeof(path)) <= 0)
			_exit(0);
}

/* Returns our end of the victim's socket, or -1. */
static int
make_victim(struct doc_cage *cage, struct target *t)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	t->victim = fork();
	if (t->victim == 0) {
		close(pair[0]);
		be_victim(cage, t->dir, pair[1]);
	}
	close(pair[1]);
	if (recv(pair[0], t->temp, sizeof(t->temp), 0) <= 0)
		return -1;
	return pair[0];
}

static int
attack(struct doc_cage *cage, const struct trick *trick, const struct target *t)
{
	struct doc_error err = { 0 };
	struct target mine = *t;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		alarm(TRICK_SECONDS);
		if (cage != NULL && doc_cage_enter(cage, &limits, 1, &err) < 0)
			_exit(DOC_EXIT_SANDBOX);
		snprintf(mine.own, sizeof(mine.own), "%s",
		    cage != NULL && cage->temp[0] ? cage->temp : t->dir);
		_exit(trick->try(&mine) != 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* The zygote; no profile: no cage. */
static void
run_zygote(const struct world *world, const struct doc_profile *profile,
    struct target *t, struct report *report)
{
	struct doc_cage cage, *caged = profile != NULL ? &cage : NULL;
	char temp_dir[96];
	int sock;

	t->zygote = getpid();
	snprintf(temp_dir, sizeof(temp_dir), "%s/temp", t->dir);
	report->no_world = world->denied[0] != 0 && enter_world(world) < 0;
	if (report->no_world)
		return;
	if (caged != NULL) {
		if (doc_cage_open(caged, profile, DOC_CAGE_ENFORCE, temp_dir,
			&report->err) < 0 ||
		    doc_cage_prepare(caged, &report->err) < 0)
			return;
		report->missing = cage.missing;
		report->landlock_abi = cage.landlock_abi;
		report->private_root = cage.private_root;
		report->no_root = cage.drop_uid || geteuid() != 0;
		cage.missing |= world->off;
	}
	sock = make_victim(caged, t);
	if (sock < 0) {
		doc_error_set(&report->err, DOC_E_SANDBOX, "no victim");
		return;
	}
	for (size_t i = 0; i < trick_count; i++)
		report->status[i] = attack(caged, &tricks[i], t);
	close(sock);
	waitpid(t->victim, NULL, 0);
	report->ready = true;
}

static void
make_file(const struct target *t, const char *name, mode_t mode)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	if (fd >= 0 && write(fd, "secret", 6) != 6)
		perror(path);
	/* Owned by whom the worker becomes, so that only the cage stops it. */
	if (fd >= 0 && geteuid() == 0 && fchown(fd, 65534, 65534) < 0)
		perror(path);
	fchmod(fd, mode);
	close(fd);
}

/* Put back what a trick that worked has changed. */
static void
set_stage(const struct target *t)
{
	static const char *const names[] = { "new", "renamed", "symlink",
		"link", "fifo" };
	char path[256];

	for (size_t i = 0; i < DOC_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->dir, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/newdir", t->dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/mnt", t->dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/temp", t->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/spool", t->dir);
	mkdir(path, 0755);
	make_file(t, "secret", 0644);
	make_file(t, "spool/data", 0644);
	make_file(t, "mine", 0600);
	make_file(t, "unlink-me", 0600);
	make_file(t, "rename-me", 0600);
}

static void
run(const struct world *world, const struct doc_profile *profile,
    struct target *t, struct report *report)
{
	int pipefd[2];

	memset(report, 0, sizeof(*report));
	set_stage(t);
	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return;
	fflush(stdout);
	if (fork() == 0) {
		run_zygote(world, profile, t, report);
		if (write(pipefd[1], report, sizeof(*report)) < 0)
			_exit(1);
		_exit(0);
	}
	close(pipefd[1]);
	if (read(pipefd[0], report, sizeof(*report)) != sizeof(*report))
		report->ready = false;
	close(pipefd[0]);
	wait(NULL);
}

static bool
worked(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Denied, or killed by the filter; not merely broken. */
static bool
stopped(int status)
{
	return (WIFEXITED(status) && WEXITSTATUS(status) == 1) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* The layers that are there, for this profile. */
static unsigned
layers(const struct report *report, const struct world *world,
    const struct doc_profile *profile)
{
	unsigned missing = report->missing | world->off;
	bool files = report->landlock_abi > 0 || report->private_root;
	unsigned have = NO_DUMP;

	if (!(missing & DOC_MECH_RLIMIT) && report->no_root &&
	    !profile->threads)
		have |= NO_FORK;
	if (!(missing & DOC_MECH_SECCOMP)) {
		have |= SECCOMP;
		if (!profile->temp && !(profile->read_only != NULL && files))
			have |= SECCOMP_NO_OPEN;
		if (!profile->temp)
			have |= SECCOMP_NO_TEMP;
	}
	if (!(missing & DOC_MECH_LANDLOCK))
		have |= LANDLOCK |
		    (report->landlock_abi >= 4 ? LANDLOCK_NET : 0);
	if (!(missing & DOC_MECH_SCOPE))
		have |= SCOPE;
	if (!(missing & DOC_MECH_NETNS))
		have |= NETNS;
	if (!(missing & DOC_MECH_MOUNTNS))
		have |= OWN_MOUNTS;
	if (report->private_root)
		have |= OWN_ROOT;
	/* Beneath its own directory nobody but a tmpfs counts. */
	if ((have & OWN_MOUNTS) || ((have & FILES) && !profile->temp))
		have |= ROOM;
	return have;
}

static void
judge(const struct world *world, const struct doc_profile *profile,
    const struct report *report, const struct report *control)
{
	unsigned have = layers(report, world, profile);
	char what[200];

	for (size_t i = 0; i < trick_count; i++) {
		snprintf(what, sizeof(what) - 16, "%s: %s: %s", world->name,
		    profile->name, tricks[i].what);
		if (!(tricks[i].stops & have))
			printf("# %s: nothing left to stop it\n", what);
		else if (!worked(control->status[i]) &&
		    stopped(report->status[i]))
			SKIP(what, "does not work here without a cage either");
		else
			OK(stopped(report->status[i]), what);
		/* The record then has policy/syscall: fate_test.c. */
		if ((tricks[i].stops & DEADLY) && (have & SECCOMP)) {
			strcat(what, " is deadly");
			OK(WIFSIGNALED(report->status[i]) &&
				WTERMSIG(report->status[i]) == SIGSYS,
			    what);
		}
	}
}

static void
print_missing(unsigned missing)
{
	for (unsigned bit = 1; bit <= DOC_MECH_CGROUP; bit <<= 1)
		if (missing & bit)
			printf(" %s", doc_mechanism_name(bit));
	printf("\n");
}

/* Does the cage know what it lacks, and call its level so? */
static void
judge_level(const struct world *world, const struct doc_profile *profile,
    const struct report *report, unsigned host_missing)
{
	enum doc_level level = doc_cage_level(report->missing,
	    report->landlock_abi);
	char what[160];

	printf("# %s: %s: level %s, missing:", world->name, profile->name,
	    doc_level_name(level));
	print_missing(report->missing);
	snprintf(what, sizeof(what), "%s: %s: notices what is missing",
	    world->name, profile->name);
	OK((report->missing & world->missing) == world->missing, what);
	snprintf(what, sizeof(what), "%s: %s: level %s", world->name,
	    profile->name, doc_level_name(world->level));
	if (host_missing != DOC_MECH_CGROUP)
		SKIP(what, "this machine lacks mechanisms");
	else
		OK(level == world->level, what);
}

static void
test_world(const struct world *world, struct target *t,
    const struct report *control, unsigned *host_missing)
{
	struct report report;
	char what[160];

	for (size_t i = 0; i < DOC_LEN(profiles); i++) {
		run(world, profiles[i], t, &report);
		snprintf(what, sizeof(what), "%s: %s: a cage", world->name,
		    profiles[i]->name);
		if (report.no_world) {
			SKIP(what, "needs seccomp to be emulated");
			continue;
		}
		OK(report.ready, what);
		if (!report.ready) {
			printf("# %s\n", report.err.msg);
			continue;
		}
		if (world == &full && i == 0)
			*host_missing = report.missing;
		judge_level(world, profiles[i], &report, *host_missing);
		judge(world, profiles[i], &report, control);
	}
}

static uint16_t
listen_inet(int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 100) < 0) ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return 0;
	return ntohs(at.sin_port);
}

static void
listen_unix(const char *name, bool abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path + (abstract ? 1 : 0), name, len);
	len += offsetof(struct sockaddr_un, sun_path) + (abstract ? 1 : 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, (socklen_t)len) < 0 ||
	    listen(fd, 100) < 0)
		perror(name);
	if (!abstract)
		chmod(name, 0777);
}

static int
remove_one(const char *path, const struct stat *st DOC_UNUSED,
    int flag DOC_UNUSED, struct FTW *ftw DOC_UNUSED)
{
	return remove(path);
}

static void
collect(void)
{
	for (size_t i = 0; i < DOC_LEN(sets); i++)
		for (const struct trick *t = sets[i]; t->what != NULL; t++)
			if (trick_count < MAX_TRICKS)
				tricks[trick_count++] = *t;
}

int
main(void)
{
	struct target t = { .dir = "/tmp/cage-attack-XXXXXX" };
	struct report control;
	unsigned host_missing = 0;
	char path[128];

	signal(SIGPIPE, SIG_IGN);
	umask(022);
	collect();
	if (mkdtemp(t.dir) == NULL || chmod(t.dir, 0777) < 0)
		return 1;
	t.tcp = listen_inet(SOCK_STREAM);
	t.udp = listen_inet(SOCK_DGRAM);
	snprintf(t.abstract, sizeof(t.abstract), "%s", t.dir);
	listen_unix(t.abstract, true);
	snprintf(path, sizeof(path), "%s/socket", t.dir);
	listen_unix(path, false);

	run(&full, NULL, &t, &control);
	OK(control.ready, "without a cage");
	for (size_t i = 0; i < trick_count; i++)
		printf("# without a cage: %s: %s\n", tricks[i].what,
		    worked(control.status[i]) ? "works" : "does not work");
	test_world(&full, &t, &control, &host_missing);
	for (size_t i = 0; i < DOC_LEN(worlds); i++)
		test_world(&worlds[i], &t, &control, &host_missing);
	nftw(t.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return TAP_DONE();
}
