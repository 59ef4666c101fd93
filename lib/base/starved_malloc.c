/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "lib/base/starved.h"

#if defined(__SANITIZE_ADDRESS__)
#define OTHER_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OTHER_ALLOCATOR 1
#endif
#endif

#ifndef OTHER_ALLOCATOR

/* glibc's own names for its allocator (GLIBC_2.2.5). */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *old, size_t n);
void *__libc_memalign(size_t align, size_t n);

static void *
note(void *p, size_t n)
{
	if (p == NULL && n > 0)
		doc_starved_note();
	return p;
}

void *
malloc(size_t n)
{
	return note(__libc_malloc(n), n);
}

void *
calloc(size_t count, size_t n)
{
	return note(__libc_calloc(count, n), count > 0 ? n : 0);
}

void *
realloc(void *old, size_t n)
{
	return note(__libc_realloc(old, n), n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return note(__libc_memalign(align, n), n);
}

int
posix_memalign(void **out, size_t align, size_t n)
{
	void *p;

	if (align < sizeof(void *) || (align & (align - 1)) != 0)
		return EINVAL;
	p = note(__libc_memalign(align, n), n);
	if (p == NULL && n > 0)
		return ENOMEM;
	*out = p;
	return 0;
}

#endif
