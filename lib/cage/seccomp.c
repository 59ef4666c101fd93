/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/cage/parts.h"

/* Best first.  gVisor has no KILL_PROCESS; where TRAP is all there is, the
 * signal's default action kills. */
static const uint32_t ways[DOC_SECCOMP_WAYS] = {
	SCMP_ACT_KILL_PROCESS,
	SCMP_ACT_KILL_THREAD,
	SCMP_ACT_TRAP,
};

static const uint32_t acts[] = {
	[DOC_ACT_ALLOW] = SCMP_ACT_ALLOW,
	[DOC_ACT_EACCES] = SCMP_ACT_ERRNO(EACCES),
	[DOC_ACT_ENOSYS] = SCMP_ACT_ERRNO(ENOSYS),
	[DOC_ACT_NOTHING] = SCMP_ACT_ERRNO(0),
};

void
doc_seccomp_release(void **ctx)
{
	if (*ctx != NULL)
		seccomp_release(*ctx);
}

static int
add_rule(scmp_filter_ctx ctx, const struct doc_rule *rule, unsigned may)
{
	enum doc_act act = (rule->need & may) == rule->need ? rule->act
							    : rule->lacking;
	int nr = seccomp_syscall_resolve_name(rule->name);
	struct scmp_arg_cmp cmp[DOC_RULE_ARGS];

	/* Negative: this machine has no such call. */
	if (act == DOC_ACT_KILL || nr < 0)
		return 0;
	for (unsigned i = 0; i < rule->argc; i++)
		cmp[i] = (struct scmp_arg_cmp){
			.arg = rule->arg[i].index,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = rule->arg[i].mask,
			.datum_b = rule->arg[i].value,
		};
	return seccomp_rule_add_array(ctx, acts[act], nr, rule->argc, cmp);
}

/* The comparisons with the stand-in for the worker's own pid. */
static unsigned
set_own_pid(struct sock_filter *code, unsigned len, pid_t pid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < len; i++) {
		if (code[i].code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		    code[i].k == DOC_RULE_OWN_PID) {
			code[i].k = (uint32_t)pid;
			n++;
		}
	}
	return n;
}

/* Read the program back from a file; libseccomp 2.5 exports to nothing else. */
static int
take_program(struct doc_cage *cage, int fd)
{
	doc_autofree void *code = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	code = malloc((size_t)st.st_size);
	if (code == NULL)
		return -1;
	if (pread(fd, code, (size_t)st.st_size, 0) != st.st_size) {
		errno = EIO;
		return -1;
	}
	free(cage->program);
	cage->program = doc_steal(&code);
	cage->program_len = (unsigned)((size_t)st.st_size /
	    sizeof(struct sock_filter));
	return 0;
}

static int
fail_compile(struct doc_error *err, int error, const char *name)
{
	return doc_error_set(err, DOC_E_SANDBOX,
	    "cannot compile the system call filter: %s: %s", name,
	    strerror(-error));
}

int
doc_seccomp_compile(struct doc_cage *cage, unsigned may, unsigned way,
    struct doc_error *err)
{
	bool trace = cage->mode == DOC_CAGE_TRACE;
	doc_autofilter scmp_filter_ctx ctx = seccomp_init(
	    trace ? SCMP_ACT_TRAP : ways[way]);
	doc_autoclose int fd = memfd_create("docpipe-filter", MFD_CLOEXEC);
	int rc;

	if (ctx == NULL)
		return 1; /* an action the kernel does not have */
	if (fd < 0)
		return doc_cage_fail(err, "make a memory file");
	/* A call of another architecture (int 0x80, x32) has no excuse. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, ways[way]) < 0)
		return 1;
	/* A binary tree: on loading, the kernel runs the program once for each
	 * call there is, to learn which are always allowed. */
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc < 0)
		return fail_compile(err, rc, "optimisation");
	for (size_t i = 0; i < doc_rule_count; i++) {
		rc = add_rule(ctx, &doc_rules[i], may);
		if (rc < 0)
			return fail_compile(err, rc, doc_rules[i].name);
	}
	rc = seccomp_export_bpf(ctx, fd);
	if (rc < 0)
		return fail_compile(err, rc, "export");
	if (take_program(cage, fd) < 0)
		return doc_cage_fail(err, "read the system call filter");
	return 0;
}

int
doc_seccomp_load(struct doc_cage *cage)
{
	struct sock_fprog prog = {
		.len = (unsigned short)cage->program_len,
		.filter = cage->program,
	};

	/* Not finding it would allow signals to whoever has that pid. */
	if (set_own_pid(prog.filter, prog.len, getpid()) == 0) {
		errno = EINVAL;
		return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	/* Before 5.16 a filter slows the process down (SSBD) unless told. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) == 0)
		return 0;
	if (errno == EINVAL &&
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	if (errno != ENOSYS)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

/* A signal handler has no other way to know. */
static int report_fd = -1;

static void
on_forbidden(int sig DOC_UNUSED, siginfo_t *info, void *context DOC_UNUSED)
{
	struct doc_cage_trace msg = {
		.magic = DOC_CAGE_TRACE_MAGIC,
		.nr = info->si_syscall,
	};

	if (write(report_fd, &msg, sizeof(msg)) < 0)
		report_fd = -1;
	/* SIGSYS is blocked in here, and a blocked one that the filter raises
	 * kills.  The parent then sees what it would without tracing. */
	for (;;)
		syscall(SYS_kill, getpid(), SIGSYS);
}

int
doc_seccomp_report(int fd)
{
	struct sigaction sa = {
		.sa_sigaction = on_forbidden,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};

	report_fd = fd;
	sigemptyset(&sa.sa_mask);
	return sigaction(SIGSYS, &sa, NULL);
}

const char *
doc_syscall_name(int nr, char buf[static 32])
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

	if (name != NULL)
		snprintf(buf, 32, "%s", name);
	else
		snprintf(buf, 32, "syscall-%d", nr);
	free(name);
	return buf;
}
