/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/remote.h"

#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/engine/remote_impl.h"
#include <sys/epoll.h>

/* Failures in a row that open the breaker, and for how long: milliseconds,
 * doubled while the service stays away. */
#define BREAK_AFTER 5
#define BREAK_LEAST 1000
#define BREAK_MOST  60000
/* Waits between attempts: U(0, min(MOST, LEAST * 2^n)). */
#define BACKOFF_LEAST 100
#define BACKOFF_MOST  30000
/* Calls that wait, for each that may be under way. */
#define WINDOW 4

bool
doc_remote_is(const char *engine)
{
	return strncmp(engine, "exec:", 5) == 0 || doc_remote_is_net(engine) ||
	    strncmp(engine, "http+unix:", 10) == 0;
}

bool
doc_remote_is_net(const char *engine)
{
	return strncmp(engine, "http:", 5) == 0 ||
	    strncmp(engine, "https:", 6) == 0;
}

bool
doc_remote_host(const char *engine, char *out, size_t size)
{
	const char *host = strstr(engine, "://");
	const char *at;
	size_t n;

	if (!doc_remote_is_net(engine) || host == NULL)
		return false;
	host += 3;
	n = strcspn(host, "/?#");
	at = memrchr(host, '@', n); /* a password is not for records */
	if (at != NULL) {
		n -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	if (n == 0 || n >= size)
		return false;
	memcpy(out, host, n);
	out[n] = '\0';
	return true;
}

int
remote_timer_open(struct doc_remote *remote, struct doc_watch *watch,
    struct doc_error *err)
{
	watch->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->fd < 0)
		return doc_error_sys(err, "cannot make a timer");
	return doc_loop_add(remote->loop, watch, EPOLLIN, err);
}

void
remote_timer_set(struct doc_watch *watch, uint64_t in_ms)
{
	struct itimerspec when = { 0 };

	if (in_ms != UINT64_MAX) {
		when.it_value.tv_sec = (time_t)(in_ms / 1000);
		/* All zero would disarm it. */
		when.it_value.tv_nsec = (long)(in_ms % 1000) * 1000000 + 1;
	}
	timerfd_settime(watch->fd, 0, &when, NULL);
}

void
remote_watch_close(struct doc_remote *remote, struct doc_watch *watch)
{
	if (watch->fd < 0)
		return;
	doc_loop_del(remote->loop, watch);
	close(watch->fd);
	watch->fd = -1;
}

/* Full jitter, so that calls that failed together do not come back together. */
static uint64_t
backoff_ms(unsigned n)
{
	uint64_t most = DOC_MIN((uint64_t)BACKOFF_LEAST << DOC_MIN(n, 20U),
	    (uint64_t)BACKOFF_MOST);
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return most;
	return random % (most + 1);
}

static bool
is_open(const struct doc_remote *r)
{
	return r->open_until_ms > doc_clock_ms();
}

/* One call may try a service that was away. */
static unsigned
room(const struct doc_remote *r)
{
	unsigned most = r->open_ms ? 1 : r->config.concurrency;

	return r->run_count < most ? most - r->run_count : 0;
}

static void
fill_bucket(struct doc_remote *r)
{
	uint64_t now = doc_clock_ms();

	r->tokens += (double)(now - r->filled_ms) * r->config.rate / 1000;
	r->filled_ms = now;
	/* No bursts: what was not used is gone. */
	r->tokens = DOC_MIN(r->tokens, 1.0);
}

static void
remove_call(struct doc_remote_call **list, struct doc_remote_call *call)
{
	while (*list != call)
		list = &(*list)->next;
	*list = call->next;
	call->next = NULL;
}

static void
queue(struct doc_remote *r, struct doc_remote_call *call)
{
	struct doc_remote_call **at = &r->waiting;

	while (*at)
		at = &(*at)->next;
	call->next = NULL;
	*at = call;
	r->wait_count++;
}

static void
empty_answer(struct doc_remote_call *call)
{
	if (ftruncate(call->answer, 0) == 0)
		lseek(call->answer, 0, SEEK_SET);
}

/* Out of the queue and over. */
static void
give_up(struct doc_remote_call *call, const char *why)
{
	struct doc_remote *r = call->remote;

	remove_call(&r->waiting, call);
	r->wait_count--;
	doc_error_set(&call->err, DOC_E_SERVICE, "%s", why);
	empty_answer(call);
	call->done(call);
}

static void
begin(struct doc_remote *r, struct doc_remote_call *call)
{
	struct doc_error err = { 0 };

	remove_call(&r->waiting, call);
	r->wait_count--;
	call->next = r->running;
	r->running = call;
	r->run_count++;
	r->tokens -= 1;
	empty_answer(call);
	if (r->transport->start(call, &err) < 0)
		remote_ended(call, REMOTE_FAILED, 0, &err);
}

/* What may be done now, if anything: a call to begin, or one to give up. */
static struct doc_remote_call *
next_call(struct doc_remote *r, uint64_t now, const char **give_up_why)
{
	bool open = is_open(r);

	*give_up_why = NULL;
	for (struct doc_remote_call *c = r->waiting; c; c = c->next) {
		if (open && r->config.fail_when_open)
			*give_up_why = "the OCR service is away";
		else if (now >= c->deadline_ms)
			*give_up_why = "the OCR service did not answer in time";
		if (*give_up_why)
			return c;
		if (!open && room(r) > 0 && now >= c->not_before_ms &&
		    (r->config.rate == 0 || r->tokens >= 1))
			return c;
	}
	return NULL;
}

/* Milliseconds until something may be done, should nothing happen. */
static uint64_t
next_wait(const struct doc_remote *r, uint64_t now)
{
	uint64_t least = UINT64_MAX;

	for (const struct doc_remote_call *c = r->waiting; c; c = c->next) {
		uint64_t when = DOC_MAX(c->not_before_ms, r->open_until_ms);

		if (r->config.rate && r->tokens < 1)
			when = DOC_MAX(when,
			    now +
				(uint64_t)((1 - r->tokens) * 1000 /
				    r->config.rate) +
				1);
		if (room(r) == 0)
			when = UINT64_MAX; /* an end will wake us */
		when = DOC_MIN(when, c->deadline_ms);
		least = DOC_MIN(least, when > now ? when - now : 1);
	}
	return least;
}

static void
pump(struct doc_remote *r)
{
	struct doc_remote_call *c;
	const char *why;

	fill_bucket(r);
	while ((c = next_call(r, doc_clock_ms(), &why)) != NULL) {
		if (why)
			give_up(c, why);
		else
			begin(r, c);
	}
	remote_timer_set(&r->timer, next_wait(r, doc_clock_ms()));
}

static void
timer_ready(struct doc_watch *watch, unsigned events)
{
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) > 0)
		pump(watch->ctx);
}

/* Five failures open the breaker for a second; then one call tries. */
static void
move_breaker(struct doc_remote *r, enum remote_end end)
{
	if (end != REMOTE_REFUSED && end != REMOTE_TIMEOUT &&
	    end != REMOTE_BUSY) {
		if (r->open_ms)
			doc_info("the OCR service is back");
		r->failures = 0;
		r->open_ms = r->open_until_ms = 0;
		return;
	}
	if (++r->failures < BREAK_AFTER && r->open_ms == 0)
		return;
	r->open_ms = r->open_ms == 0
	    ? BREAK_LEAST
	    : DOC_MIN(r->open_ms * 2, (uint64_t)BREAK_MOST);
	r->open_until_ms = doc_clock_ms() + r->open_ms;
	doc_info("the OCR service is away; next try in %ju s",
	    (uintmax_t)r->open_ms / 1000);
}

/* Once more, later?  A refusal is not the call's fault and costs it only
 * time. */
static bool
try_later(struct doc_remote_call *call, enum remote_end end,
    uint64_t retry_after_ms)
{
	struct doc_remote *r = call->remote;
	unsigned n;

	if (end == REMOTE_REFUSED)
		n = ++call->refusals;
	else
		n = ++call->attempts;
	if (end == REMOTE_FAILED || call->attempts >= r->config.attempts)
		return false;
	call->not_before_ms = doc_clock_ms() +
	    DOC_MAX(backoff_ms(n),
		DOC_MIN(retry_after_ms, (uint64_t)BACKOFF_MOST));
	queue(r, call);
	return true;
}

void
remote_ended(struct doc_remote_call *call, enum remote_end end,
    uint64_t retry_after_ms, const struct doc_error *err)
{
	struct doc_remote *r = call->remote;

	remove_call(&r->running, call);
	r->run_count--;
	call->under_way = NULL;
	move_breaker(r, end);
	if (end == REMOTE_OK) {
		call->done(call);
	} else if (!try_later(call, end, retry_after_ms)) {
		call->err = *err;
		empty_answer(call);
		call->done(call);
	}
	/* Soon, but not from here: a start that fails ends at once, and
	 * would be deep in itself. */
	remote_timer_set(&r->timer, 0);
}

void
doc_remote_submit(struct doc_remote *r, struct doc_remote_call *call)
{
	call->remote = r;
	call->attempts = call->refusals = 0;
	call->not_before_ms = 0;
	call->deadline_ms = doc_clock_ms() + r->config.patience_ms;
	call->err = (struct doc_error){ 0 };
	queue(r, call);
	remote_timer_set(&r->timer, 0);
}

bool
doc_remote_retry(struct doc_remote_call *call)
{
	if (!try_later(call, REMOTE_AGAIN, 0))
		return false;
	remote_timer_set(&call->remote->timer, 0);
	return true;
}

bool
doc_remote_full(const struct doc_remote *r)
{
	return r->wait_count >= WINDOW * r->config.concurrency;
}

int
doc_remote_open(struct doc_remote **remote, struct doc_loop *loop,
    const struct doc_remote_config *config, struct doc_error *err)
{
	struct doc_remote *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	r->loop = loop;
	r->config = *config;
	r->tokens = 1;
	r->filled_ms = doc_clock_ms();
	r->timer =
	    (struct doc_watch){ .fd = -1, .ready = timer_ready, .ctx = r };
	r->transport = strncmp(config->engine, "exec:", 5) == 0 ? &remote_exec
								: &remote_http;
	if (remote_timer_open(r, &r->timer, err) < 0 ||
	    r->transport->open(r, err) < 0) {
		doc_remote_close(r);
		return -1;
	}
	*remote = r;
	return 0;
}

void
doc_remote_close(struct doc_remote *r)
{
	if (r == NULL)
		return;
	for (struct doc_remote_call *c = r->running; c; c = c->next)
		r->transport->cancel(c);
	r->transport->close(r);
	remote_watch_close(r, &r->timer);
	free(r);
}
