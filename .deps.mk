# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian 12 packages docpipe needs; `make deps` installs what is missing.
PACKAGES := gcc make pkg-config libc6-dev \
	libarchive-dev libmagic-dev nettle-dev libgmime-3.0-dev \
	libpoppler-glib-dev libcairo2-dev libvips-dev librsvg2-dev \
	libgdk-pixbuf-2.0-dev libpango1.0-dev libopenjp2-7-dev libwebp-dev \
	libjpeg62-turbo-dev libpng-dev libtesseract-dev \
	libleptonica-dev libqpdf-dev libclamav-dev libxml2-dev libgsf-1-dev libexif-dev \
	libseccomp-dev libicu-dev libuchardet-dev \
	zlib1g-dev libytnef0-dev libpff-dev libbfio-dev libsqlite3-dev libcurl4-openssl-dev \
	poppler-data tesseract-ocr tesseract-ocr-eng \
	fonts-dejavu-core fonts-urw-base35 fonts-droid-fallback jq strace parallel

# What the tests need on top; the second line for worlds of tests/cage.t, the
# third for archives and the daemon of docscan's, the last for tests/hosts.t.
TEST_PACKAGES := $(PACKAGES) perl python3 python3-jsonschema python3-yaml libxml2-utils mandoc \
	bubblewrap runc golang-github-containers-common user-mode-linux \
	libarchive-tools p7zip-full gcab bzip2 xz-utils zstd lz4 lzip clamav-daemon podman systemd-container git \
	openssh-server openssh-client iproute2 procps qpdf poppler-utils

missing = $(shell for p in $(1); do \
	dpkg-query -W -f '$${Status}\n' $$p 2>/dev/null | \
	grep -q 'ok installed' || echo $$p; done)

define need
	@m="$(call missing,$(1))"; [ -z "$$m" ] || \
	if [ "$$(id -u)" = 0 ]; then \
		echo "installing: $$m"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $$m >/dev/null; \
	else \
		echo "Packages are missing.  As root:"; \
		echo "  apt-get install --no-install-recommends" $$m; \
		exit 1; \
	fi
endef

deps:
	$(call need,$(PACKAGES))

test-deps:
	$(call need,$(TEST_PACKAGES))

.PHONY: deps test-deps
