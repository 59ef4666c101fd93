#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A third-party header appears in one .c file and in no header of ours, so that
# a library can be understood, replaced or distrusted in one place.
cd "$(dirname "$0")/../.." || exit 2
find lib cmd -name '*.[ch]' | sort | xargs awk '
	BEGIN {
		# Of libc and the kernel.
		split("arpa asm assert bits byteswap ctype dirent dlfcn endian " \
		    "errno fcntl ftw getopt glob grp iconv inttypes langinfo libgen " \
		    "limits linux locale malloc math net netinet poll pthread " \
		    "pwd sched search setjmp signal stdarg stdatomic stdbool " \
		    "stddef stdint stdio stdlib string strings sys termios " \
		    "time ucontext unistd wchar wctype", w, " ")
		for (i in w)
			libc[w[i]] = 1
		# A family that shares one private header (pdf_impl.h): text,
		# facts, pages and rendering are four files of one module.
		family["poppler"] = "^lib/format/pdf(_[a-z]+)?\\.c$"
		# Decoding pictures and preparing pages: one library, too large
		# for one file.
		family["leptonica"] = "^lib/engine/leptonica(_[a-z]+)?\\.c$"
		# The same for libclamav: loading and scanning.
		family["clamav"] = "^lib/engine/clamav(_load)?\\.c$"
		# What is compressed, and the archive in it.
		family["archive"] = family["archive_entry"] = \
		    "^lib/format/unpack(_source)?\\.c$"
		# What workers may, and what supervisors never do.
		family["seccomp"] = "^lib/cage/seccomp(_parent)?\\.c$"
		# Texts of unknown charset, and iconv(3) of an engine program.
		family["unicode"] = "^lib/(format/charset|engine/iconv_icu)\\.c$"
		# The same for mail: parsing, and walking over what was parsed.
		family["gmime"] = "^lib/format/mail(_[a-z]+)?\\.c$"
		# libxml2, ICU, nettle: one library, several headers.
	}
	/^#include </ {
		name = $2
		gsub(/[<>]/, "", name)
		top = name
		sub(/[\/.].*/, "", top)
		if (top in libc)
			next
		if (FILENAME ~ /\.h$/) {
			print FILENAME ":" FNR ": <" name "> in a header of ours"
			bad = 1
		}
		if (top in family && FILENAME ~ family[top])
			next
		if (name in where && where[name] != FILENAME) {
			print "<" name "> in " where[name] " and " FILENAME
			bad = 1
		}
		where[name] = FILENAME
	}
	END { exit bad }'
