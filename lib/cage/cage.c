/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/cage/parts.h"

static int
no_dump(struct doc_error *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return doc_cage_fail(err, "forbid core dumps");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return doc_cage_fail(err, "forbid new privileges");
	return 0;
}

int
doc_cage_harden_parent(struct doc_error *err)
{
	return no_dump(err);
}

static int
open_landlock(struct doc_cage *cage)
{
	int abi = doc_landlock_abi();

	if (!doc_landlock_works(abi)) {
		cage->missing |= DOC_MECH_LANDLOCK | DOC_MECH_SCOPE;
		return 0;
	}
	if (abi < 6)
		cage->missing |= DOC_MECH_SCOPE;
	return abi;
}

static int
open_temp(struct doc_cage *cage, const char *temp_dir, struct doc_error *err)
{
	if (!cage->profile->temp)
		return 0;
	if (cage->place[0] != '\0') {
		memcpy(cage->temp, cage->place, sizeof(cage->temp));
		return 0;
	}
	snprintf(cage->temp, sizeof(cage->temp), "%s", temp_dir);
	return doc_cage_temp_open(cage, err);
}

/* Each worker still has a directory of its own: that is what the engine needs
 * to work right, not what keeps it in. */
static int
open_none(struct doc_cage *cage, const char *temp_dir)
{
	cage->missing = DOC_MECH_ALL;
	cage->statm_fd = -1;
	if (cage->profile->temp)
		snprintf(cage->temp, sizeof(cage->temp), "%s", temp_dir);
	return 0;
}

int
doc_cage_open(struct doc_cage *cage, const struct doc_profile *profile,
    enum doc_cage_mode mode, const char *temp_dir, struct doc_error *err)
{
	if (temp_dir == NULL)
		temp_dir = "";
	*cage = (struct doc_cage){
		.profile = profile,
		.mode = mode,
		.missing = DOC_MECH_CGROUP,
		.ruleset = -1,
	};
	if (strlen(temp_dir) + sizeof("/w-4194304-XXXXXX") > sizeof(cage->temp))
		return doc_error_set(err, DOC_E_SANDBOX,
		    "the name of the temporary directory is too long");
	cage->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (cage->null_fd < 0)
		return doc_cage_fail(err, "open /dev/null");
	if (mode == DOC_CAGE_NONE)
		return open_none(cage, temp_dir);
	cage->statm_fd = doc_limits_open();
	/* A parent that is not dumpable hands that on to a plain fork; the id
	 * maps could not be written then. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	cage->drop_uid = geteuid() == 0 && doc_cage_can_drop();
	if (doc_cage_namespaces(cage, temp_dir, err) < 0)
		return -1;
	cage->landlock_abi = open_landlock(cage);
	if (open_temp(cage, temp_dir, err) < 0)
		return -1;
	doc_cage_empty_bounding_set();
	return no_dump(err);
}

/* The kernel counts threads as links of the task directory. */
static int
check_single(struct doc_error *err)
{
	struct stat st;

	if (stat("/proc/self/task", &st) == 0 && st.st_nlink > 3)
		return doc_error_set(err, DOC_E_SANDBOX,
		    "the engine left %u threads running before the fork",
		    (unsigned)(st.st_nlink - 3));
	return 0;
}

static int
try_private_root(void *arg)
{
	const struct doc_cage *cage = arg;

	return unshare(CLONE_NEWNS) < 0 ||
	    doc_cage_private_root(cage->place, cage->profile->read_only) < 0;
}

/* Tried in a child first: half a root is worse than none.  It is wanted beside
 * Landlock too, which denies opening but lets everybody ask of every path if
 * there is something, how large and how old; and each worker that copies the
 * mounts (temp.c) has few to copy. */
static int
prepare_root(struct doc_cage *cage, struct doc_error *err)
{
	if (cage->place[0] == '\0')
		return 0;
	if (doc_cage_try(try_private_root, cage) != 0) {
		cage->missing |= DOC_MECH_MOUNTNS;
		return 0;
	}
	if (doc_cage_private_root(cage->place, cage->profile->read_only) < 0)
		return doc_cage_fail(err, "make a private root");
	cage->private_root = true;
	snprintf(cage->place, sizeof(cage->place), "/tmp");
	if (cage->profile->temp)
		snprintf(cage->temp, sizeof(cage->temp), "/tmp");
	return 0;
}

static int
prepare_files(struct doc_cage *cage, struct doc_error *err)
{
	if (prepare_root(cage, err) < 0)
		return -1;
	if (cage->landlock_abi == 0)
		return 0;
	/* The private directory is another one in each worker. */
	if (cage->profile->temp)
		return 0;
	cage->ruleset = doc_landlock_ruleset(cage->landlock_abi,
	    cage->profile->read_only, NULL);
	if (cage->ruleset < 0)
		return doc_cage_fail(err, "make the Landlock ruleset");
	return 0;
}

static unsigned
allowances(const struct doc_cage *cage)
{
	const struct doc_profile *profile = cage->profile;
	bool locked = cage->landlock_abi > 0 || cage->private_root;
	unsigned may = 0;

	if (profile->temp)
		may |= DOC_MAY_OPEN | DOC_MAY_TEMP;
	if (profile->read_only != NULL && locked)
		may |= DOC_MAY_OPEN;
	if (profile->threads)
		may |= DOC_MAY_THREAD;
	return may;
}

static int
try_limits(void *arg)
{
	const struct doc_cage *cage = arg;
	const struct doc_cage_limits limits = { .memory = 1 << 30, .cpu_s = 1 };
	struct doc_limits_base base = doc_limits_base(cage->statm_fd);

	return base.space == 0 ||
	    doc_limits_set(&limits, base, false, cage->profile) < 0;
}

static int
try_data_limit(void *arg)
{
	const struct doc_cage *cage = arg;

	return !doc_limits_data_counts(doc_limits_base(cage->statm_fd));
}

static int
try_seccomp(void *arg)
{
	return doc_seccomp_load(arg) < 0;
}

static int
prepare_seccomp(struct doc_cage *cage, struct doc_error *err)
{
	unsigned may = allowances(cage);
	int rc;

	for (unsigned way = 0; way < DOC_SECCOMP_WAYS; way++) {
		rc = doc_seccomp_compile(cage, may, way, err);
		if (rc < 0)
			return -1;
		if (rc == 0 && doc_cage_try(try_seccomp, cage) == 0)
			return 0;
	}
	cage->missing |= DOC_MECH_SECCOMP;
	return 0;
}

int
doc_cage_prepare(struct doc_cage *cage, struct doc_error *err)
{
	if (check_single(err) < 0)
		return -1;
	if (cage->mode == DOC_CAGE_NONE)
		return 0;
	if (doc_cage_try(try_limits, cage) != 0)
		cage->missing |= DOC_MECH_RLIMIT;
	if (prepare_files(cage, err) < 0 || prepare_seccomp(cage, err) < 0)
		return -1;
	cage->data_limit = (cage->missing &
			       (DOC_MECH_RLIMIT | DOC_MECH_SECCOMP)) == 0 &&
	    doc_cage_try(try_data_limit, cage) == 0;
	return 0;
}

/* A log file as fd 2 is one for all workers, and they could cut it. */
static int
shield_stdio(const struct doc_cage *cage)
{
	struct stat st;

	for (int fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    dup2(cage->null_fd, fd) < 0)
			return -1;
	return 0;
}

static void
close_range_of(unsigned from, unsigned to)
{
	long max;

	if (from > to || syscall(SYS_close_range, from, to, 0) == 0)
		return;
	max = sysconf(_SC_OPEN_MAX); /* before Linux 5.9 */
	for (unsigned fd = from; fd <= to && fd < (unsigned long)max; fd++)
		close((int)fd);
}

static void
close_others(int keep)
{
	if (keep < 3) {
		close_range_of(3, ~0U);
		return;
	}
	close_range_of(3, (unsigned)keep - 1);
	close_range_of((unsigned)keep + 1, ~0U);
}

static int
lock_files(struct doc_cage *cage, struct doc_error *err)
{
	bool own = cage->profile->temp;
	int ruleset = cage->ruleset;

	if (cage->missing & DOC_MECH_LANDLOCK)
		return 0;
	if (own)
		ruleset = doc_landlock_ruleset(cage->landlock_abi,
		    cage->profile->read_only, cage->temp);
	if (ruleset < 0)
		return doc_cage_fail(err, "make the Landlock ruleset");
	if (doc_landlock_restrict(ruleset) < 0)
		return doc_cage_fail(err, "enter the Landlock ruleset");
	return 0;
}

/* Changing ids clears the parent-death signal and may make the process
 * dumpable again. */
static int
drop(const struct doc_cage *cage, struct doc_error *err)
{
	pid_t parent = getppid();
	int sig = 0;

	prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0);
	if (doc_cage_drop(cage->drop_uid, err) < 0 || no_dump(err) < 0)
		return -1;
	if (sig != 0 &&
	    (prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0) < 0 || getppid() != parent))
		return doc_cage_fail(err, "die with the zygote");
	return 0;
}

/* What cannot be limited was noted; the rest still is. */
static int
limit(const struct doc_cage *cage, const struct doc_cage_limits *limits,
    struct doc_limits_base base, struct doc_error *err)
{
	if (doc_limits_set(limits, base, cage->data_limit, cage->profile) < 0 &&
	    !(cage->missing & DOC_MECH_RLIMIT))
		return doc_cage_fail(err, "set resource limits");
	if (doc_limits_watch_faults() < 0)
		return doc_cage_fail(err, "watch for faults");
	return 0;
}

int
doc_cage_enter(struct doc_cage *cage, const struct doc_cage_limits *limits,
    int result_fd, struct doc_error *err)
{
	struct doc_limits_base base;

	if (cage->mode == DOC_CAGE_NONE)
		return doc_cage_temp_enter(cage, limits->temp, err);
	base = doc_limits_base(cage->statm_fd);
	if (shield_stdio(cage) < 0)
		return doc_cage_fail(err, "shield the standard files");
	if (doc_cage_temp_enter(cage, limits->temp, err) < 0 ||
	    drop(cage, err) < 0 || lock_files(cage, err) < 0)
		return -1;
	close_others(result_fd);
	cage->ruleset = cage->null_fd = cage->statm_fd = -1;
	if (limit(cage, limits, base, err) < 0)
		return -1;
	if (cage->missing & DOC_MECH_SECCOMP)
		return 0;
	if (cage->mode == DOC_CAGE_TRACE && doc_seccomp_report(result_fd) < 0)
		return doc_cage_fail(err, "report system calls");
	if (doc_seccomp_load(cage) < 0)
		return doc_cage_fail(err, "load the system call filter");
	return 0;
}
