#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The one-liner, and what it lacks.
#	parallel.sh FOLDER
# GNU parallel cuts the stream into blocks of records and gives each to a stage
# of its own.  It is quick (300,000 records a second) and keeps the order; but
# nothing comes out before a block of 1 MB is full, a block that failed is lost,
# its --resume goes by number and not by content, and each stage starts its
# engine anew for each block.  Never --round-robin: when one job dies, parallel
# dies and all is lost; never --halt soon with --pipe: it hangs.  For what must
# not be lost: docrun --hosts, or docrun plan and shard.
set -eu
# The status is that of parallel: nothing tells if doclist came to its end.
doclist "$1" | grep '"type":"doc"' |
    parallel --will-cite --pipe --block 1M --keep-order doctext --quiet
