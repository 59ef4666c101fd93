#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A planned run as a Slurm array; the folder must be seen by all nodes.
#	slurm.sh RUN [SLOTS]
# Plan it first: docrun plan -o RUN inbox
# Slurm allows 1,001 tasks at first (MaxArraySize), so that a task does every
# 1,000th shard.  --requeue is for nodes that fail; a shard that was done is not
# done again, whoever starts it.
set -eu
run=$(realpath "$1") slots=${2:-8}
docrun=$(command -v docrun)
while left=$(docrun todo --run="$run" --count); test "$left" -gt 0; do
	last=$(($(wc -l <"$run/shards") - 1))
	test "$last" -lt 1000 || last=999
	sbatch --wait --requeue --array="0-$last%$slots" --job-name=docrun \
	    --output="$run/slurm-%a.log" --export=ALL \
	    --wrap="exec '$docrun' shard --run='$run' --every=1000" ||
	    echo "slurm.sh: some tasks failed" >&2
	test "$(docrun todo --run="$run" --count)" -lt "$left" || {
		echo "slurm.sh: $left shards are left, see $run/slurm-*.log" >&2
		exit 3
	}
done
exec docrun merge --run="$run"
