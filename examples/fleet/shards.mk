# SPDX-License-Identifier: GPL-2.0-or-later
# A planned run by make: what is done is not done again, -k goes on, -j N does N
# shards at a time, with make's own tokens.
#	docrun plan -o RUN inbox && make -j 4 -k -f shards.mk RUN=RUN
RUN  ?= RUN
LAST := $(shell expr $$(wc -l <$(RUN)/shards) - 1)
DONE := $(foreach k,$(shell seq 0 $(LAST)),$(RUN)/.make/$(k))

$(RUN)/out.ndjson: $(DONE)
	docrun merge --run=$(RUN) --fail-on=none

# The + hands on make's tokens.
$(RUN)/.make/%: | $(RUN)/.make
	+docrun shard --run=$(RUN) --jobs=2 $*
	@touch $@

$(RUN)/.make:
	@mkdir -p $@
