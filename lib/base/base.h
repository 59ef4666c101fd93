/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base - the few macros every file may use.  No functions to link.
 */
#ifndef DOC_BASE_H
#define DOC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define DOC_LEN(a)	     (sizeof(a) / sizeof((a)[0]))
#define DOC_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define DOC_MUST_CHECK	     __attribute__((warn_unused_result))
#define DOC_NORETURN	     __attribute__((noreturn))
#define DOC_UNUSED	     __attribute__((unused))
#define DOC_MIN(a, b)	     ((a) < (b) ? (a) : (b))
#define DOC_MAX(a, b)	     ((a) > (b) ? (a) : (b))

#define doc_autofree  __attribute__((cleanup(doc_autofree_)))
#define doc_autoclose __attribute__((cleanup(doc_autoclose_)))

static inline void
doc_autofree_(void *p)
{
	free(*(void **)p);
}

static inline void
doc_autoclose_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The value of a hexadecimal digit in either case, or -1. */
static inline int
doc_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hand over what a cleanup attribute would release: fd or pointer. */
static inline int
doc_steal_fd(int *fd)
{
	int was = *fd;

	*fd = -1;
	return was;
}

static inline void *
doc_steal_(void *p)
{
	void *was = *(void **)p;

	*(void **)p = NULL;
	return was;
}
#define doc_steal(p) ((__typeof__(*(p)))doc_steal_(p))

#endif
