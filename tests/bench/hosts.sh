#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What many hosts cost: three of them with one slot each (tests/hosts/world.sh),
# with work that waits, since they share this machine's processors.
#	tests/bench/hosts.sh [FILES [SECONDS_EACH [FILES_PER_SHARD]]]
# Prints, for a shared file system and for bundles: time against the ideal (all
# waiting divided by three), and the time until the first document is at work.
# shellcheck source=tests/hosts/world.sh
. "$(dirname "$0")/../hosts/world.sh"
why=$(world_can)
test -z "$why" || { echo "not here: $why"; exit 1; }
test "${WORLD-}" = inside || world_enter "$@"
top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${DOC_BIN:-$top/build/bin}
scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 129' HUP INT TERM
cd "$scratch" || exit 1
files=${1:-240} each=${2:-0.1} per=${3:-20}
now() { date +%s.%N; }
calc() { awk "BEGIN { printf \"$1\n\", $2 }"; }

mkdir in
for i in $(seq "$files"); do
	echo "letter number $i of the pile" >"in/$i.txt"
done
nap="while IFS= read -r line; do
	case \$line in *'\"type\":\"doc\"'*)
		case \$(hostname) in
		h[1-3]) test -e $scratch/first ||
			date +%s.%N >$scratch/first ;;
		esac
		sleep $each ;;
	esac
	printf '%s,\"nap\":{\"status\":\"ok\"}}\\n' \"\${line%?}\"
done"
world_start
shards=$(calc %d "($files + $per - 1) / $per")
ideal=$(calc %.2f "$files * $each / 3")
echo "$files files of $each s in $shards shards; 3 hosts; ideal $ideal s;" \
    "load $(cut -d ' ' -f 1 /proc/loadavg)"
for mode in shared apart; do
	rm -rf RUN first
	mkdir RUN
	for h in 1 2 3; do
		case $mode in
		shared) host_up $h ;;
		# They do not see the run, and so get bundles.
		apart) host_off $h; host_up $h "$scratch/RUN" ;;
		esac
	done
	start=$(now)
	"$bin/docrun" -q -o RUN --hosts=list --shard-documents="$per" \
	    --stages=text --stage=nap="$nap" in || exit 1
	end=$(now)
	calc "$mode: %.2f s, efficiency %.2f; first document after %.2f s" \
	    "$end - $start, $ideal / ($end - $start), $(cat first) - $start"
done
