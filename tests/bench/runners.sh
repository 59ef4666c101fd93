#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a box costs: the time until a stage in it has answered for one document,
# and documents a second, beside the same without a box, in turns.
#	tests/bench/runners.sh [DIR [ROUNDS [STAGES]]]
#	RUNNERS	which (default: bwrap runc podman nspawn gvisor); more words may
#		be like `vm=cmd:examples/vm/run.sh STAGE.initrd', for STAGES of one
#	OPTIONS	of docrun, for all of them (as --allow-degraded for gvisor)
# Prints for each: start, of the fastest of ROUNDS; throughput, its ratio to
# that without, of the medians; and what the cages inside reported.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${DOC_BIN:-$top/build/bin}:$PATH
scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 129' HUP INT TERM
dir=${1:-$top/examples/inbox}
dir=$(realpath "$dir")
rounds=${2:-3} stages=${3:-scan,text,preview}
cd "$scratch" || exit 1
DOCPIPE_SPOOL=$scratch/spool
export DOCPIPE_SPOOL
python3 "$top/tests/fixtures/make.py" db marker.ndb >/dev/null
mkdir one
echo "A letter." >one/a.txt
tool=doc${stages%%,*}
test "$tool" != docscan || tool="docscan --db=db"
doclist one >rec

now() { date +%s.%N; }

# took COMMAND...: seconds into $took, status into $got.
took() {
	start=$(now) got=0
	"$@" >out 2>err || got=$?
	took=$(awk "BEGIN { printf \"%.3f\", $(now) - $start }")
}

run() { # RUNNER: all of it; seconds into runs.RUNNER
	rm -rf RUN
	# shellcheck disable=SC2086 # words
	took docrun -q -o RUN --db=db --stages="$stages" --no-cache \
	    --progress=none ${OPTIONS-} --runner="$2" "$dir"
	test $got -le 1 || { echo "$1: status $got: $(head -n 1 err)"; return 1; }
	echo "$took" >>"runs.$1"
	n=$(grep -c '"type":"doc"' RUN/out.ndjson)
}

begin() { # one document through one stage; the fastest into start.RUNNER
	# shellcheck disable=SC2086 # words
	if test "$1" = none; then
		took $tool --cache=none ${OPTIONS-} <rec
	else
		took docbox --runner="$2" --root=. -- $tool --cache=none \
		    ${OPTIONS-} <rec
	fi
	echo "$took" >>"start.$1"
}

least() { sort -n "$1" | head -n 1; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "load $(cut -d ' ' -f 1 /proc/loadavg), $(nproc) processors, stages $stages"
for word in ${RUNNERS:-bwrap runc podman nspawn gvisor}; do
	name=${word%%=*} runner=${word#*=}
	rm -f runs.* start.*
	for _ in $(seq "$rounds"); do
		begin none none
		begin "$name" "$runner"
		run none none || break
		run "$name" "$runner" || break
	done
	test -s "runs.$name" || continue
	inside=$(jq -sr '[.[] | select(.type == "end" and .runner).sandbox |
	    "\(.level) without \(.missing | join("+"))"] | unique | join("; ")' \
	    RUN/out.ndjson)
	awk "BEGIN { printf \"%-8s start %.2f s (none %.2f); %.1f documents/s, \" \
	    \"none %.1f: ratio %.2f; $inside\n\", \"$name\", \
	    $(least "start.$name"), $(least start.none), \
	    $n / $(median "runs.$name"), $n / $(median runs.none), \
	    $(median runs.none) / $(median "runs.$name") }"
done
