# SPDX-License-Identifier: GPL-2.0-or-later
# A run for each folder below IN, as many at once as make is told:
#
#	make -j8 -f customers.mk IN=/srv/in OUT=/srv/out
#
# Each docrun is a job of make's: all of them together use eight processors, and
# not eight each.  What is done is not done again; `make -k` goes on with the
# others when one customer's run fails.
IN  ?= in
OUT ?= out
STAGES ?= scan,text

CUSTOMERS := $(notdir $(patsubst %/,%,$(wildcard $(IN)/*/)))

all: $(CUSTOMERS)
	@for c in $(CUSTOMERS); do docrun report --json -F none $(OUT)/$$c; done | \
		jq -r '[.documents, .bytes, (.tenants | keys[0])] | @tsv'

# The plus hands make's job server on.
$(CUSTOMERS):
	@mkdir -p $(OUT)
	+@docrun -q -o $(OUT)/$@ --tenant=$@ --stages=$(STAGES) --fail-on=none \
		$(IN)/$@

.PHONY: all $(CUSTOMERS)
