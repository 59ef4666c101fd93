/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cage - what the cage costs a worker: processor time from fork to exit, its
 * own and its parent's for it, with the cage and without, in turn.
 *
 *	cage [WORKERS]
 *
 * Prints for each profile p1, p50 and p99, in microseconds, without a cage and
 * with it, and how much more that is.  On a busy machine p1 is nearer to what
 * an idle one would show.  Ends with 1 when the p50 of any is more than
 * TARGET_US above that of none.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/tree.h"
#include "lib/cage/parts.h"

enum { WARM = 10, WORKERS = 1000, TARGET_US = 400, HEAP = 16 << 20 };

static const struct doc_profile *const profiles[] = {
	&doc_profile_list,
	&doc_profile_text,
	&doc_profile_ocr,
	&doc_profile_preview,
	&doc_profile_scan,
};

static const struct doc_cage_limits limits = {
	.memory = 1 << 30,
	.output = 1 << 20,
	.temp = 1 << 20,
	.cpu_s = 5,
};

static double
own_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
used_us(const struct rusage *ru)
{
	return (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1e6 +
	    (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec);
}

/* One worker, from fork to burial. */
static double
one(struct doc_cage *cage)
{
	struct doc_error err = { 0 };
	double start = own_us();
	struct rusage ru = { 0 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(doc_cage_enter(cage, &limits, 1, &err) < 0);
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || status != 0)
		_exit(1);
	return own_us() - start + used_us(&ru);
}

/* A zygote that makes a worker for each byte it gets. */
struct zygote {
	pid_t pid;
	int sock;
	char temp[32];
};

DOC_NORETURN static void
serve(const struct doc_profile *profile, enum doc_cage_mode mode,
    const struct zygote *z, int sock)
{
	struct doc_error err = { 0 };
	struct doc_cage cage;
	double us;
	char c;
	/* An engine has some memory for fork to copy the tables of. */
	char *heap = malloc(HEAP);

	if (heap == NULL)
		_exit(1);
	memset(heap, 1, HEAP);
	if (doc_cage_open(&cage, profile, mode, z->temp, &err) < 0 ||
	    doc_cage_prepare(&cage, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		_exit(1);
	}
	while (read(sock, &c, 1) == 1) {
		us = one(&cage);
		if (write(sock, &us, sizeof(us)) != sizeof(us))
			break;
	}
	_exit(0);
}

static bool
start(const struct doc_profile *profile, enum doc_cage_mode mode,
    struct zygote *z)
{
	int pair[2];

	snprintf(z->temp, sizeof(z->temp), "/tmp/cage-bench-XXXXXX");
	if (mkdtemp(z->temp) == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	z->pid = fork();
	if (z->pid == 0) {
		close(pair[0]);
		serve(profile, mode, z, pair[1]);
	}
	close(pair[1]);
	z->sock = pair[0];
	return true;
}

static bool
ask(const struct zygote *z, double *us)
{
	return write(z->sock, "", 1) == 1 &&
	    read(z->sock, us, sizeof(*us)) == sizeof(*us);
}

static void
stop(struct zygote *z)
{
	/* The other zygote has a copy. */
	shutdown(z->sock, SHUT_RDWR);
	close(z->sock);
	waitpid(z->pid, NULL, 0);
	doc_tree_remove(z->temp);
}

/* In turn, so that whatever else the machine does hurts both. */
static bool
race(const struct doc_profile *profile, double *none, double *full, size_t n)
{
	struct zygote bare, caged;
	bool good = true;

	if (!start(profile, DOC_CAGE_NONE, &bare) ||
	    !start(profile, DOC_CAGE_ENFORCE, &caged))
		return false;
	for (size_t i = 0; good && i < WARM + n; i++)
		good = ask(&bare, &none[i < WARM ? 0 : i - WARM]) &&
		    ask(&caged, &full[i < WARM ? 0 : i - WARM]);
	stop(&bare);
	stop(&caged);
	return good;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
at(double *times, size_t n, unsigned percent)
{
	qsort(times, n, sizeof(*times), by_value);
	return times[n * percent / 100];
}

int
main(int argc, char *argv[])
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : WORKERS;
	double *none = calloc(n, sizeof(*none));
	double *full = calloc(n, sizeof(*full));
	bool met = true;

	if (none == NULL || full == NULL || n == 0)
		return 2;
	printf("%-8s %6s %6s %6s | %6s %6s %6s | %6s %6s\n", "us", "none p1",
	    "p50", "p99", "cage p1", "p50", "p99", "more p1", "p50");
	for (size_t i = 0; i < DOC_LEN(profiles); i++) {
		double a, b;

		if (!race(profiles[i], none, full, n))
			return 2;
		a = at(none, n, 50);
		b = at(full, n, 50);
		printf("%-8s %7.0f %6.0f %6.0f | %7.0f %6.0f %6.0f | "
		       "%7.0f %6.0f\n",
		    profiles[i]->name, at(none, n, 1), a, at(none, n, 99),
		    at(full, n, 1), b, at(full, n, 99),
		    at(full, n, 1) - at(none, n, 1), b - a);
		met = met && b - a <= TARGET_US;
	}
	printf("p50 at most %d us more: %s\n", TARGET_US,
	    met ? "met" : "missed");
	return !met;
}
