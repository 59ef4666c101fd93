# SPDX-License-Identifier: GPL-2.0-or-later
# Build, test and install docpipe.  GNU make; everything lands in build/.
#
#	make demo	packages, build, the main job on examples/inbox
#	make check	packages, build, all tests
#	make install PREFIX=/usr/local DESTDIR=
#	make lint | san | soak | bench | score | completions
#	make dist | deb
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
B      ?= build
PKG    ?= pkg-config

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wpointer-arith -Wundef -Wvla -Wformat=2 \
	-Wimplicit-fallthrough -Wswitch-enum -Wconversion
HARD := -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -fPIE -fno-common
FORTIFY ?= -D_FORTIFY_SOURCE=2

# Packages whose headers some file includes, as system headers: their warnings
# are not ours.
MODULES := libarchive nettle gmime-3.0 poppler-glib cairo vips \
	librsvg-2.0 gdk-pixbuf-2.0 pangocairo libopenjp2 libwebp libjpeg libpng \
	tesseract lept libclamav libxml-2.0 libgsf-1 libexif libseccomp icu-uc \
	icu-i18n uchardet zlib libcurl
# Expanded on first use, so that `make deps` runs before pkg-config exists.
SYSTEM = $(eval SYSTEM := $(patsubst -I%,-isystem %,$(filter -I%,$(shell \
	$(PKG) --cflags-only-I $(MODULES)))))$(SYSTEM)

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -iquote . $(WARN) $(HARD) $(FORTIFY) \
	$(CFLAGS) $(SYSTEM)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

# The link table is the architecture: a command links no parser, a zygote only
# its own engine.
CMDS    := doclist docscan doctext dococr docpreview docstore docfind docprogress \
	docrun docbox
ZYGOTES := docsniff doclist docattach docscan doctext docoffice dococr docgraft \
	docpreview docpicture

command_LIBS := -lnettle -lseccomp
docstore_LIBS := -lsqlite3
docfind_LIBS  := -lsqlite3
dococr_LIBS   := -lcurl

# Every document costs a fork of docsniff, and a fork costs by the mapping: one
# file instead of nineteen.  The sanitizers' runtime wants to be loaded.  Of two
# mallocs the first counts, ours; libc.a has its own beside __libc_malloc.
# A distribution, which mends a library once for all programs, says STATIC=.
STATIC ?= 1
ifeq ($(STATIC)$(findstring -fsanitize,$(CFLAGS)),1)
zygote_docsniff_LDFLAGS := -static-pie -Wl,-z,muldefs
endif
zygote_docsniff_LIBS   = -lmagic -llzma -lbz2 -lz
zygote_doclist_LIBS    = -larchive -lz -lytnef $(call libs,gmime-3.0 icu-i18n uchardet libxml-2.0 libgsf-1)
zygote_docattach_LIBS  = $(call libs,poppler-glib gio-2.0 cairo libpff) -lbfio -lz -lm
zygote_docscan_LIBS    = -lclamav -lz -larchive $(call libs,icu-uc)
zygote_doctext_LIBS    = $(call libs,poppler-glib gio-2.0 cairo) -lm
zygote_docoffice_LIBS  = $(call libs,gmime-3.0 libgsf-1 libexif libxml-2.0 icu-i18n uchardet) -larchive -lz -lm
zygote_dococr_LIBS     = $(call libs,poppler-glib gio-2.0 cairo tesseract lept) -lm
zygote_docgraft_LIBS   = $(call libs,libqpdf lept) -lm
zygote_docpreview_LIBS = $(call libs,poppler-glib gio-2.0 cairo libwebp libjpeg libpng) -lm
zygote_docpicture_LIBS = $(call libs,vips gmodule-2.0 librsvg-2.0 gdk-pixbuf-2.0 \
	pangocairo libopenjp2 libwebp libjpeg libpng gmime-3.0 libgsf-1 libxml-2.0 icu-uc \
	icu-i18n uchardet) \
	-larchive -lz -lm
libs = $(shell $(PKG) --libs $(1))

# Files that put themselves in front of a library's or libc's functions: linked
# by name where that is wanted, and nowhere else (each says why).
INTERPOSED := lib/format/pdf_nocolour.c lib/base/starved_malloc.c \
	lib/engine/iconv_icu.c
zygote_EXTRA         := $(B)/lib/base/starved_malloc.o
zygote_doctext_EXTRA := $(B)/lib/format/pdf_nocolour.o
zygote_docattach_EXTRA := $(B)/lib/format/pdf_nocolour.o
ICONV := docscan doclist docoffice docpicture
$(foreach z,$(ICONV),$(eval zygote_$(z)_EXTRA := $(B)/lib/engine/iconv_icu.o))
zygote_doctext_LDFLAGS := -Wl,--export-dynamic-symbol=cmsCreateTransform
zygote_docattach_LDFLAGS := -Wl,--export-dynamic-symbol=cmsCreateTransform
$(foreach z,$(ICONV),$(eval zygote_$(z)_LDFLAGS := -Wl,--export-dynamic-symbol=iconv*))

LIBSRC := $(filter-out $(INTERPOSED),$(wildcard lib/*/*.c))
LIBOBJ := $(LIBSRC:%.c=$(B)/%.o)
UNIT   := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
BIN    := $(CMDS:%=$(B)/bin/%)
LIBEXEC := $(ZYGOTES:%=$(B)/libexec/docpipe/%)

all: $(BIN) $(LIBEXEC)

# make V=1 shows the commands whole.
V ?= 0
Q  = $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %s\t%s\n' $(1) $(2))

$(B)/libdoc.a: $(LIBOBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# It holds the files beside it as they are (.incbin, which -MMD does not see).
$(B)/lib/gauge/page.o: $(wildcard lib/gauge/page.*)

# The parts of dococr and docscan, and the commands inside docrun.
bin_dococr_EXTRA := $(patsubst %.c,$(B)/%.o,$(wildcard cmd/dococr/*.c))
bin_docscan_EXTRA := $(patsubst %.c,$(B)/%.o,$(wildcard cmd/docscan/*.c))
bin_docrun_EXTRA := $(patsubst %.c,$(B)/%.o,$(wildcard cmd/docrun/*.c))

.SECONDEXPANSION:
$(BIN): $(B)/bin/%: $(B)/cmd/%.o $$(bin_$$*_EXTRA) $(B)/cmd/options.o \
		$(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $($*_LIBS) $(command_LIBS)

# -static-pie instead of -pie, not besides: clang minds.
mode = $(if $(filter -static-pie,$(1)),$(filter-out -pie,$(ALL_LDFLAGS)),$(ALL_LDFLAGS)) $(1)

$(LIBEXEC): $(B)/libexec/docpipe/%: $(B)/cmd/zygote/%.o $(B)/cmd/options.o \
		$$(zygote_EXTRA) $$(zygote_$$*_EXTRA) $(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(call mode,$(zygote_$*_LDFLAGS)) -o $@ $^ \
		$(zygote_$*_LIBS) -lnettle -lseccomp

include .deps.mk
-include .test.mk
-include .dist.mk

# Not the inbox of `make demo`, nor what builds from the source.
EXAMPLES := nightly.sh gate.sh mail-sweep.sh drop-folder.sh find-iban.sh \
	customers.mk recipes.md fleet systemd vm
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/docpipe
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(LIBEXEC) $(DESTDIR)$(PREFIX)/libexec/docpipe
	for s in 1 5 7; do \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$s; \
		install -m 644 man/*.$$s $(DESTDIR)$(PREFIX)/share/man/man$$s; \
	done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d \
		$(DESTDIR)$(PREFIX)/share/docpipe
	for c in $(CMDS); do \
		install -m 644 completions/bash/$$c $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$c; \
		install -m 644 completions/zsh/_$$c $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$c; \
		install -m 644 completions/fish/$$c.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$c.fish; \
	done
	install -m 644 lib/record/record-v1.json $(DESTDIR)$(PREFIX)/share/docpipe
	cd examples && find $(EXAMPLES) -type f | while read -r f; do \
		m=644; test ! -x $$f || m=755; \
		install -D -m $$m $$f $(abspath $(DESTDIR)$(PREFIX))/share/docpipe/examples/$$f || exit 1; \
	done

clean:
	rm -rf build

-include $(shell find $(B) -path $(B)/deb -prune -o -name '*.d' -type f -print \
	2>/dev/null)
.PHONY: all install clean
.SECONDARY:
