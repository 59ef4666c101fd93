/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/cage/parts.h"

/* Tried in this order: unshare(2) takes all or nothing, and hosts refuse some
 * (Docker's profile all; gVisor the mount of a tmpfs; kernels may lack NET). */
static const int sets[] = {
	CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC,
	CLONE_NEWNET | CLONE_NEWIPC,
	CLONE_NEWNS | CLONE_NEWNET,
	CLONE_NEWNS | CLONE_NEWIPC,
	CLONE_NEWNET,
	CLONE_NEWNS,
	CLONE_NEWIPC,
};

static const struct {
	int flag;
	unsigned bit;
} bits[] = {
	{ CLONE_NEWNET, DOC_MECH_NETNS },
	{ CLONE_NEWIPC, DOC_MECH_IPCNS },
	{ CLONE_NEWNS, DOC_MECH_MOUNTNS },
};

/* Directories every file system has, in case temp_dir is beneath one that is
 * closed to nobody. */
static const char *const places[] = { "/tmp", "/var/tmp", "/dev/shm", "/mnt" };

static int
write_file(const char *path, const char *text)
{
	doc_autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

/* Without a map our own files would belong to the overflow id, and nothing
 * could be made on a tmpfs. */
static int
map_ids(uid_t uid, gid_t gid)
{
	char map[64];

	if (write_file("/proc/self/setgroups", "deny") < 0 && errno != ENOENT)
		return -1;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	if (write_file("/proc/self/uid_map", map) < 0)
		return -1;
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_file("/proc/self/gid_map", map);
}

static int
enter(int flags)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(flags) < 0)
		return -1;
	if ((flags & CLONE_NEWUSER) && map_ids(uid, gid) < 0)
		return -1;
	if ((flags & CLONE_NEWNS) &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return 0;
}

struct attempt {
	int flags;
	const char *place;
	bool nobody;
};

enum { WORKS, BAD_SET, BAD_PLACE };

/* Ubuntu's AppArmor lets unshare(2) succeed and then denies what it is for,
 * hence all the way to a file of the dropped worker. */
static int
try_enter(void *arg)
{
	const struct attempt *a = arg;
	struct doc_error err = { 0 };

	if (enter(a->flags) < 0)
		return BAD_SET;
	if (!(a->flags & CLONE_NEWNS))
		return WORKS;
	if (doc_cage_tmpfs(a->place, 1U << 20, a->nobody) < 0)
		return BAD_PLACE;
	if (doc_cage_drop(a->nobody, &err) < 0 || chdir(a->place) < 0 ||
	    mkdir("try", 0700) < 0)
		return BAD_PLACE;
	return WORKS;
}

/* Is there a place with which the set works?  Leaves it in a->place. */
static bool
find_place(struct attempt *a, const char *temp_dir)
{
	int got = BAD_PLACE;

	if (temp_dir[0] != '\0') {
		a->place = temp_dir;
		got = doc_cage_try(try_enter, a);
	}
	for (size_t i = 0; got == BAD_PLACE && i < DOC_LEN(places); i++) {
		a->place = places[i];
		got = doc_cage_try(try_enter, a);
	}
	return got == WORKS;
}

static bool
find_set(struct attempt *a, int user, const char *temp_dir)
{
	for (size_t i = 0; i < DOC_LEN(sets); i++) {
		a->flags = sets[i] | user;
		if (find_place(a, temp_dir))
			return true;
	}
	a->flags = 0;
	return false;
}

static void
note_missing(struct doc_cage *cage, int flags)
{
	for (size_t i = 0; i < DOC_LEN(bits); i++)
		if (!(flags & bits[i].flag))
			cage->missing |= bits[i].bit;
	/* As root, being nobody is what a user namespace is for a user. */
	if (!cage->drop_uid && !(flags & CLONE_NEWUSER))
		cage->missing |= DOC_MECH_USERNS;
}

int
doc_cage_namespaces(struct doc_cage *cage, const char *temp_dir,
    struct doc_error *err)
{
	struct attempt a = { .nobody = cage->drop_uid };

	/* In a user namespace of our own only our own id exists: a root who can
	 * become nobody needs none.  One who cannot (in a container that maps
	 * no other id) still gains by it. */
	if (!cage->drop_uid || !find_set(&a, 0, temp_dir)) {
		a.nobody = false;
		if (find_set(&a, CLONE_NEWUSER, temp_dir))
			cage->drop_uid = false;
		else if (geteuid() == 0 && !cage->drop_uid)
			(void)find_set(&a, 0, temp_dir);
	}
	if (a.flags != 0 && enter(a.flags) < 0)
		return doc_cage_fail(err, "enter the namespaces");
	note_missing(cage, a.flags);
	if (a.flags & CLONE_NEWNS)
		snprintf(cage->place, sizeof(cage->place), "%s", a.place);
	return 0;
}
