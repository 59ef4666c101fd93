# SPDX-License-Identifier: GPL-2.0-or-later
# What is handed out: the source as an archive, packages for Debian 12.
VERSION := $(shell sed -n 's/.*DOC_VERSION "\(.*\)"/\1/p' lib/base/version.h)
DIST    := docpipe-$(VERSION)
DEB_PACKAGES := $(PACKAGES) build-essential debhelper dpkg-dev fakeroot lintian git liblzma-dev \
	libbz2-dev

dist-deps:
	$(call need,git)

deb-deps:
	$(call need,$(DEB_PACKAGES))

# Of what is committed, and nothing else; the same bytes whenever it is made.
dist: dist-deps
	@mkdir -p build
	git archive --prefix=$(DIST)/ HEAD | gzip -9n >build/$(DIST).tar.gz
	@sha256sum build/$(DIST).tar.gz

# .debian is debian/ there, with a changelog of this version and commit.
deb: deb-deps dist
	@rm -rf build/deb
	@mkdir -p build/deb
	@tar -xzf build/$(DIST).tar.gz -C build/deb
	@cd build/deb/$(DIST) && mv .debian debian && { \
		echo "docpipe ($(VERSION)) bookworm; urgency=medium"; echo; \
		echo "  * Commit $$(git rev-parse --short HEAD)."; echo; \
		echo " -- docpipe developers <docpipe@users.noreply.github.com>  $$( \
			git log -1 --format=%cD)"; } >debian/changelog
	cd build/deb/$(DIST) && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
		dpkg-buildpackage -us -uc -b >../build.log 2>&1 || \
		{ tail -n 30 ../build.log; false; }
	cd build/deb && lintian --fail-on error,warning --info --tag-display-limit 0 *.changes
	@ls build/deb/*.deb

.PHONY: dist deb dist-deps deb-deps
