# SPDX-License-Identifier: GPL-2.0-or-later
# Targets for who works on docpipe: check, san, lint, fuzz, bench, score, demo,
# completions.  Included by the Makefile.

# What lint, san and fuzz need on top of the tests.
LINT_PACKAGES := $(TEST_PACKAGES) git clang clang-format shellcheck codespell \
	strace seccomp

lint-deps:
	$(call need,$(LINT_PACKAGES))

# --- tests -------------------------------------------------------------------

# A unit test may try any module; what it does not use is not linked.
UNIT_LIBS = $(command_LIBS) $(docstore_LIBS) $(dococr_LIBS) \
	$(foreach z,$(ZYGOTES),$(zygote_$(z)_LIBS))
unit_clamav_test_EXTRA := $(B)/lib/base/starved_malloc.o

$(UNIT): $(B)/unit/%: $(B)/tests/unit/%.o $$(unit_$$*_EXTRA) $(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(UNIT_LIBS)

# The attacker of the cage, and engines that turn against their supervisor.
ATTACK  := $(B)/unit/attack
HOSTILE := $(patsubst %,$(B)/hostile/%,$(ZYGOTES))

$(ATTACK): $(patsubst %.c,$(B)/%.o,$(filter-out %/world.c,\
		$(wildcard tests/cage/*.c))) $(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(UNIT_LIBS)

# Runs a command where the kernel has less.
WORLD := $(B)/unit/world
$(WORLD): $(B)/tests/cage/world.o $(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^

$(HOSTILE): $(B)/tests/hostile/engine.o $(B)/cmd/options.o $(zygote_EXTRA) \
		$(B)/libdoc.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lnettle -lseccomp

# Preloaded into a supervisor: it makes its calls fail, one by one.
INJECT := $(B)/unit/inject.so
$(INJECT): tests/faults/inject.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -fPIC -shared \
		-o $@ $<

test-programs: all $(UNIT) $(ATTACK) $(WORLD) $(HOSTILE) $(INJECT)

# tests/corpus.t is .ci/run's: it needs files that are not ours to ship.
SHELL_TESTS = $(filter-out tests/corpus.t,$(sort $(wildcard tests/*.t)))

# The packages first, for pkg-config is one of them.
check: test-deps
	@$(MAKE) --no-print-directory test-programs
	@DOC_BIN=$(abspath $(B))/bin tests/run -l $(B)/test-logs \
		-c $(B)/test-counts $(UNIT) $(ATTACK) $(SHELL_TESTS)

# What takes hours: faults, kills and bombs, to the end.
soak: test-deps
	@$(MAKE) --no-print-directory test-programs
	@DOC_BIN=$(abspath $(B))/bin tests/run -j 1 -t 7200 \
		-l $(B)/soak-logs $(sort $(wildcard tests/soak/*.sh))

# Address and undefined-behaviour sanitizer, in the full cage: its limits count
# from what the zygote has, its 16 TiB of shadow included, and what libasan does
# in a worker the profile allows or refuses politely.  What it finds there ends
# the worker, and the test that wanted an answer fails; DOCPIPE_WORKER_STDERR=1
# shows the report.  Leaks are looked for in the unit tests only, for a worker
# ends by _exit; and a segmentation fault or a SIGBUS must stay one, for tests
# cause some.  No process may go without these options, for LSan stops the world
# where a supervisor may not clone, and spins for ever: boxes, hosts and engine
# programs are given them.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
san: test-deps
	@$(MAKE) --no-print-directory B=build/san FORTIFY= \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(SAN)' \
		san-run

san-run: test-programs
	@UBSAN_OPTIONS=print_stacktrace=1 \
		LSAN_OPTIONS=suppressions=tests/lsan.supp:print_suppressions=0 \
		tests/run -l $(B)/test-logs -c build/test-counts $(UNIT)
	@DOC_SANITIZED=1 DOC_BIN=$(abspath $(B))/bin \
		ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_sigbus=0 \
		UBSAN_OPTIONS=print_stacktrace=1 \
		tests/run -t 900 -l $(B)/test-logs -c build/test-counts \
		$(SHELL_TESTS)

# Twenty seconds for each; FUZZ_SECONDS=3600 for a night.
FUZZ_SECONDS ?= 20
# 0: other inputs each time; else the same ones, as far as the time goes.
FUZZ_SEED ?= 0
fuzz: lint-deps
	@$(MAKE) --no-print-directory B=build/fuzz FORTIFY= CC=clang \
		CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=all' fuzz-run

FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/*_fuzz.c))
$(FUZZERS): $(B)/%: $(B)/tests/fuzz/%.o $(B)/libdoc.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ \
		$(UNIT_LIBS)

# What a fuzzer learnt stays in build/fuzz; what it broke is build/fuzz/*_fuzz-*
# and becomes a test, or a seed.  All run before the first that failed tells.
fuzz-run: $(FUZZERS)
	@tests/fuzz/seeds.py $(B)
	@bad=; for f in $^; do mkdir -p $$f.corpus; \
		echo "$${f##*/}:"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -seed=$(FUZZ_SEED) -max_len=32768 -timeout=10 \
			-rss_limit_mb=1024 -artifact_prefix=$$f- -verbosity=0 \
			-print_final_stats=1 $$f.corpus \
			$$(ls -d tests/fuzz/$${f##*/}.seeds 2>/dev/null) \
			>$$f.log 2>&1 || \
			{ tail -n 40 $$f.log; bad="$$bad $$f"; }; \
		grep -h number_of_executed $$f.log; done; test -z "$$bad"

# --- lint --------------------------------------------------------------------

C_FILES   = $(shell find cmd lib tests -name '*.[ch]' | sort)
SH_FILES  = $(shell find tests examples .ci .tools -name '*.t' -o -name '*.sh' \
	-o -path .ci/run | sort)
WERROR    = -O2 -g -Werror

lint: lint-deps
	clang-format --dry-run -Werror $(C_FILES)
	sh tests/lint/license.sh
	sh tests/lint/layers.sh
	sh tests/lint/headers.sh
	sh tests/lint/top.sh
	shellcheck -x -P SCRIPTDIR $(SH_FILES)
	mandoc -Tlint -W warning man/*.[157]
	codespell $(C_FILES) $(SH_FILES) man/* README.md Makefile \
		--ignore-words=tests/lint/codespell.ignore
	@$(MAKE) --no-print-directory B=build/lint-gcc CC=gcc \
		CFLAGS='$(WERROR)' test-programs >build/lint-gcc.log
	@$(MAKE) --no-print-directory B=build/lint-clang CC=clang \
		CFLAGS='$(WERROR)' test-programs >build/lint-clang.log
	sh tests/lint/links.sh build/lint-gcc
	tests/lint/policy.sh build/lint-gcc

# --- the rest ----------------------------------------------------------------

bench: test-deps
	@$(MAKE) --no-print-directory all
	@tests/bench/run.sh

# Quality against ../shared/corpus; PART=text for one part, PEERS=1 and VERBOSE=1
# as in the script.
score: test-deps
	@$(MAKE) --no-print-directory all
	@DOC_BIN=$(abspath $(B))/bin tests/score/run.sh $(PART)

completions: all
	@.tools/completions.sh $(abspath $(B))/bin completions

# Broken and locked documents are in the inbox on purpose, so that a run that
# ends with 1 is what is wanted here; anything else is not.
demo: deps
	@$(MAKE) --no-print-directory all
	@sh examples/demo.sh $(B)

.PHONY: check soak san san-run lint lint-deps fuzz fuzz-run bench score completions demo \
	test-programs
