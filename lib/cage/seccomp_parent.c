/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a supervisor gives up.  It has to start engine processes again, which
 * inherit its filter and still have to make namespaces, mount, and load a
 * library; so this is a list of what neither ever does, not of what they may.
 */
#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/cage/parts.h"

static const char *const never[] = {
	/* Other processes. */
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"pidfd_getfd", "kcmp", "setns", "move_pages", "migrate_pages",
	/* Other ways to run code, or to have the kernel do things. */
	"execveat", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"bpf", "perf_event_open", "userfaultfd", "memfd_secret", "modify_ldt",
	"uselib",
	/* Files by other means than their names. */
	"open_by_handle_at", "name_to_handle_at", "fanotify_init", "open_tree",
	"move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
	"mount_setattr", "lookup_dcookie",
	/* What others of the same user share. */
	"add_key", "request_key", "keyctl", "shmget", "shmat", "msgget",
	"semget", "mq_open",
	/* The machine. */
	"init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl",
	"quotactl_fd", "iopl", "ioperm", "settimeofday", "clock_settime",
	"clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog",
	"vhangup", "nfsservctl"
};

/* Input for the shell behind a terminal. */
static const unsigned terminal[] = { TIOCSTI, TIOCLINUX };

static int
add_rules(scmp_filter_ctx ctx, uint32_t kill, bool network)
{
	const struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < DOC_LEN(never); i++) {
		int nr = seccomp_syscall_resolve_name(never[i]);

		/* Negative: this machine has no such call. */
		if (nr >= 0)
			rc = seccomp_rule_add_array(ctx, kill, nr, 0, NULL);
	}
	for (size_t i = 0; rc == 0 && i < DOC_LEN(terminal); i++)
		rc = seccomp_rule_add(ctx, kill, SCMP_SYS(ioctl), 1,
		    SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, terminal[i]));
	/* glibc asks its name service daemon, syslog(3) its own: politely. */
	if (rc == 0 && !network)
		rc = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EACCES),
		    SCMP_SYS(socket), 1, &other);
	return rc;
}

static int
load(uint32_t kill, bool network)
{
	doc_autofilter scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (ctx == NULL)
		return -ENOMEM;
	/* Before 5.16 a filter slows the process down (SSBD) unless told. */
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
	if (rc == 0)
		rc = add_rules(ctx, kill, network);
	return rc < 0 ? rc : seccomp_load(ctx);
}

int
doc_cage_confine_parent(bool network, struct doc_error *err)
{
	int rc = load(SCMP_ACT_KILL_PROCESS, network);

	/* gVisor has no KILL_PROCESS. */
	if (rc < 0)
		rc = load(SCMP_ACT_KILL_THREAD, network);
	if (rc == 0)
		return 0;
	return doc_error_set(err, DOC_E_SANDBOX,
	    "no system call filter for this process: %s", strerror(-rc));
}
