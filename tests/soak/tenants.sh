#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A tenant with DOCUMENTS (10,000) and bombs among them, and one with ten: when
# the ten are through, beside the others and alone.  Times are comments in the
# log; what must hold is the place of the ten in the records, and their bytes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_fixtures bombs busy.pdf
make_fixtures db marker.ndb

exec 3>&1

# ms DIR: until b's ten records are there, since it was begun.
begin() {
	dir=$1; shift
	began=$(date +%s%N)
	docrun -q -o "$dir" --db db --progress none -t 20s "$@" &
	pid=$!
	until test "$(grep -c '"tenant":"b"' "$dir/out.ndjson" 2>/dev/null)" \
	    = 10; do
		sleep 0.05
		kill -0 "$pid" || break
	done
	ms=$((($(date +%s%N) - began) / 1000000))
}

of_b() {
	sed "s|/$1/spool/|/RUN/spool/|g" "$1/out.ndjson" |
	    jq -cS 'select(.tenant == "b")' | sort
}

beside() {
	mkdir a b
	python3 - "${DOCUMENTS:-10000}" <<'E'
import shutil, sys
for i in range(int(sys.argv[1])):
    with open("a/%05d.txt" % i, "w") as f:
        f.write("a %d\n" % i * 50)
    if i % 1000 == 1:
        shutil.copy("bombs/busy.pdf", "a/%05d-bomb.pdf" % i)
        with open("a/%05d-bomb.pdf" % i, "a") as f:
            f.write("%% %d\n" % i)
for i in range(10):
    with open("b/%d.txt" % i, "w") as f:
        f.write("b %d\n" % i * 50)
E
	begin alone --tenant b=b
	wait "$pid"
	alone=$ms
	begin both --tenant a=a --tenant b=b
	last=$(jq -r 'select(.type == "doc").tenant' both/out.ndjson |
	    grep -n b | tail -n 1 | cut -d : -f 1)
	echo "# b alone: $alone ms; beside a: $ms ms, through at record $last" \
	    >&3
	test "$last" -lt 200
	of_b alone >want
	of_b both >got
	diff want got
	kill -TERM "$pid"
	wait "$pid" || :
}
ok 'ten documents beside ten thousand' beside
done_testing
