#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Speed, side by side with what people use today and with the limit: our own
# code without isolation.
#
#	tests/bench/run.sh [section ...]	default: all of them
#
#	CORPUS=DIR	real files (default: ../shared/corpus, else build/inbox)
#	ROUNDS=N	default 3		QUICK=1	about a minute, small sets
#	DOC_BIN=DIR	tools to measure (default: build/bin)
#
# The rows of a table run in turn, A B C A B C ..., and each ratio is the median
# of the rounds' ratios to the first row, so that a machine that gets busy hurts
# all alike.  cpu is user and system time of the whole tree of processes.  What
# came out is counted: a peer that did nothing is fast.
set -u
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
unset MAKEFLAGS MFLAGS MAKELEVEL
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top" || exit 1
QUICK=${QUICK:-}
ROUNDS=${ROUNDS:-$([[ $QUICK ]] && echo 1 || echo 3)}
BIN=${DOC_BIN:-$top/build/bin}
shared=${top%/*}/shared
CORPUS=${CORPUS:-$([[ -d $shared/corpus ]] && echo "$shared/corpus" ||
    echo "$top/build/inbox")}
work=$top/build/bench
LOOP=$work/loop
met=0 missed=0
export BIN LOOP CORPUS

# shellcheck source=tests/bench/table.sh
. "$here/table.sh"
# shellcheck source=tests/bench/sets.sh
. "$here/sets.sh"

# have COMMAND PACKAGE: or say what to install, once.
declare -A said
have() {
	command -v "$1" >/dev/null && return
	[[ ${said[$1]:-} ]] || echo "missing: $1: apt-get install $2"
	said[$1]=1
	return 1
}

# The loop is linked from the objects of the zygotes, their main renamed, and
# with all that the Makefile's link table gives them.
build_loop() {
	local b=${BIN%/bin} z zygotes libs
	# shellcheck disable=SC2016 # make's variables
	zygotes=$(make -s --eval='p:;@echo $(ZYGOTES)' p) &&
	    libs=$(make -s --eval='p:;@echo $(foreach z,$(ZYGOTES),$(zygote_$z_LIBS))' p) ||
	    return
	for z in $zygotes; do
		objcopy --redefine-sym "main=${z}_main" \
		    "$b/cmd/zygote/$z.o" "$work/$z.o" || return
	done
	# shellcheck disable=SC2086 # words
	cc -std=gnu11 -D_GNU_SOURCE -iquote . -O2 -o "$LOOP" "$here/loop.c" \
	    "$work"/doc*.o "$b/cmd/options.o" "$b/lib/base/starved_malloc.o" \
	    "$b/libdoc.a" -Wl,--export-dynamic-symbol=cmsCreateTransform \
	    $libs -lnettle -lseccomp
}

# What nobody may do in the cage they may do here: EICAR's signature, so that
# we and clamscan use the same database.
test_db() {
	mkdir -p "$work/db"
	printf '%s:0:0:%s\n' Eicar-Test-Signature \
	    58354f2150254041505b345c505a58353428505e2937434329377d2445494341 \
	    >"$work/db/test.ndb"
	DB=$work/db
	export DB
}

bench_text() {
	local list=$work/pdf.list
	begin "doctext on $(of "$list") PDFs$(left_out "$list")" count_text
	row 'doctext, one worker' '' stage "$work/pdf.rec" doctext -j1
	row 'doctext, a worker a processor' '' stage "$work/pdf.rec" doctext
	row 'our code, no isolation, one process' 'W<=1.10,C<=1.10' \
	    loop "$work/pdf.media" -m -j1 -p text
	have pdftotext poppler-utils &&
	    row 'pdftotext per file' 'w>=2.3' pdftotext "$list"
	have mutool mupdf-tools &&
	    row 'mutool draw -F txt per file' 'w>=1.6' mutool "$list"
	race
	have pdftotext poppler-utils && recall "$list"
}

# Words of pdftotext -cropbox that are in our text.
recall() {
	local dir=$work/crop n=0 f
	rm -rf "$dir"; mkdir -p "$dir"
	while IFS= read -r f; do
		n=$((n + 1))
		pdftotext -q -cropbox "$f" "$dir/$n.txt" 2>/dev/null
	done <"$1"
	goal_line "$(jq -r 'select(.type == "doc") | .text.file // "-"' \
	    "${out[1]}/out.ndjson" | python3 "$here/recall.py" "$dir")"
}

bench_scan() {
	local list=$work/mixed.list few=$work/few.list
	begin "docscan on $(of "$list") files, test signatures" count_scan
	row 'docscan, one worker' '' stage "$work/mixed.rec" docscan -j1 --db="$DB"
	row 'docscan, a worker a processor' '' stage "$work/mixed.rec" docscan \
	    --db="$DB"
	row 'our code, no isolation, one process' 'W<=1.10,C<=1.10' \
	    loop "$work/mixed.media" -m -j1 -p scan -d "$DB"
	have clamscan clamav &&
	    row 'clamscan, one run' '' clamscan-once "$list"
	race
	bench_clamd
	have clamscan clamav || return
	begin "docscan on $(of "$few") files, test signatures, load included" \
	    count_scan
	row 'docscan, one worker' '' stage "$work/few.rec" docscan -j1 --db="$DB"
	row 'clamscan per file' '' clamscan "$few"
	race
	[[ $QUICK ]] && return
	[[ -e $work/sigs/done ]] || {
		python3 "$here/sigs.py" "$work/sigs" 3000000 &&
		    touch "$work/sigs/done"
	} || return
	local small=$DB
	DB=$work/sigs
	# A load for each file: few are enough.
	head -n 8 "$few" >"$work/eight.list"
	as_records eight
	few=$work/eight.list
	begin "docscan on $(of "$few") files, $(signatures) signatures, load \
included" count_scan
	row 'docscan, one worker' '' stage "$work/eight.rec" docscan -j1 --db="$DB"
	row 'clamscan, one run' '' clamscan-once "$few"
	row 'clamscan per file' '' clamscan "$few"
	race 1
	DB=$small
	engine_memory
}

# A clamd of our own, on the same files: ours asks it, theirs asks it.  It knows
# the files from the first row on, and both then wait for its cache.
bench_clamd() {
	local list=$work/mixed.list
	have clamd clamav-daemon && have clamdscan clamdscan || return
	clamd_start || return
	begin "a running clamd on $(of "$list") files, test signatures" \
	    count_scan
	row 'docscan --engine=clamd' '' stage "$work/mixed.rec" docscan \
	    --engine=clamd --clamd="$work/clamd/ctl"
	row 'clamdscan --fdpass --multiscan' '' clamdscan "$list"
	row 'docscan, a worker a processor' '' stage "$work/mixed.rec" docscan \
	    --db="$DB"
	race
	kill "$clamd" && wait "$clamd"
}

clamd_start() {
	local tries=0
	mkdir -p "$work/clamd"
	rm -f "$work/clamd/ctl"
	printf '%s\n' "LocalSocket $work/clamd/ctl" "DatabaseDirectory $DB" \
	    "TemporaryDirectory $work/clamd" 'Foreground yes' \
	    'AlertExceedsMax yes' 'AlertEncrypted yes' >"$work/clamd/conf"
	clamd -c "$work/clamd/conf" >"$work/clamd/log" 2>&1 &
	clamd=$!
	until [[ -S $work/clamd/ctl ]]; do
		((++tries < 300)) || { echo 'clamd does not start'; return 1; }
		sleep 0.1
	done
}

signatures() {
	jq -r 'select(.type == "end" and .stage == "docscan") |
	    .engine.signatures' <("$BIN/docscan" -q --db="$DB" \
	    --spool="$work/spool" </dev/null 2>/dev/null)
}

# Peaks over a supervisor, its zygote and N workers: the sum of PSS, which counts
# what is shared once, and of RSS, which counts it each time.
engine_memory() {
	local n one=0 more=0 jobs=4 pid p now peak rss
	for n in 1 2 $jobs; do
		peak=0 rss=0
		"$BIN/docscan" -q -j"$n" --db="$DB" --spool="$work/spool" \
		    --cache=none <"$work/mixed.rec" >/dev/null &
		pid=$!
		while kill -0 $pid 2>/dev/null; do
			now=$(for p in $(tree $pid 2>/dev/null); do
				memory "$p"
			done | awk '{ p += $1; r += $2 }
			    END { print p + 0, r + 0 }')
			((${now% *} > peak)) && peak=${now% *}
			((${now#* } > rss)) && rss=${now#* }
			sleep 0.05
		done
		echo "docscan, $n workers: PSS $((peak / 1024)) MB in all," \
		    "RSS $((rss / 1024)) MB if each is counted alone"
		((n == 1)) && one=$peak
		more=$peak
	done
	goal_line "docscan PSS, 1 worker / $jobs workers, MB: \
$((one / 1024)) / $((more / 1024)) | <= engine + 60 MB each | \
$( ((more <= one + 60 * 1024 * (jobs - 1))) && echo met || echo missed)"
}

tree() {
	local p children
	echo "$1"
	read -ra children <"/proc/$1/task/$1/children"
	for p in "${children[@]}"; do tree "$p"; done
}

memory() {
	awk '/^Pss:/ { p = $2 } /^Rss:/ { r = $2 }
	    END { print p + 0, r + 0 }' "/proc/$1/smaps_rollup" 2>/dev/null
}

bench_ocr() {
	local list=$work/ocr.list
	begin "dococr on $(of "$list") pictures" count_ocr
	row 'dococr, one worker' '' stage "$work/ocr.rec" dococr -j1
	row 'dococr, two workers' 'w<=0.556' stage "$work/ocr.rec" dococr -j2
	row 'our code, no isolation, one process' 'C<=1.03' \
	    loop "$work/ocr.media" -m -j1 -p ocr
	have tesseract tesseract-ocr &&
	    row 'tesseract per file, as shipped' 'w>=3' tesseract "$list"
	race $((ROUNDS > 1 ? ROUNDS - 1 : 1))
}

bench_preview() {
	local pdf=$work/pdf.list img=$work/image.list big=$work/big.list
	begin "docpreview on $(of "$pdf") PDFs$(left_out "$pdf")" count_preview
	row 'docpreview, one worker' '' \
	    stage "$work/pdf.rec" docpreview -j1 --format=jpeg
	row 'docpreview, a worker a processor' '' \
	    stage "$work/pdf.rec" docpreview --format=jpeg
	row 'our code, no isolation, one process' 'W<=1.10,C<=1.10' \
	    loop "$work/pdf.media" -m -j1 -p preview -f jpeg
	have pdftoppm poppler-utils &&
	    row 'pdftoppm -scale-to 256 per file' 'w>=1.25' pdftoppm "$pdf"
	have vipsthumbnail libvips-tools &&
	    row 'vipsthumbnail per file' 'w>=4' vips "$pdf"
	race
	begin "docpreview on $(of "$img") pictures$(left_out "$img")" count_preview
	row 'docpreview, one worker' '' \
	    stage "$work/image.rec" docpreview -j1 --format=jpeg
	row 'our code, no isolation, one process' 'W<=1.10,C<=1.10' \
	    loop "$work/image.media" -m -j1 -p preview -f jpeg
	have vipsthumbnail libvips-tools &&
	    row 'vipsthumbnail per file' 'w>=1.5' vips "$img"
	race
	big_jpegs || return
	begin "docpreview on $(of "$big") JPEGs of 12 million pixels" count_preview
	row 'docpreview, one worker' '' \
	    stage "$work/big.rec" docpreview -j1 --format=jpeg
	have_convert && row 'convert -resize per file' 'w>=5' convert "$big"
	have vipsthumbnail libvips-tools &&
	    row 'vipsthumbnail per file' 'w>=1.5' vips "$big"
	race
}

# Something else may be called convert.
have_convert() {
	local c
	while IFS= read -r c; do
		if "$c" -version 2>/dev/null | grep -q ImageMagick; then
			CONVERT=$c
			export CONVERT
			return
		fi
	done < <(type -ap convert)
	have ImageMagick imagemagick
}

bench_list() {
	local list=$work/leaf.list one=$work/one.list
	begin "doclist on $(of "$list") files that are no containers" count_list
	row 'doclist --batch=32, one worker' '' list "$list" -j1 --batch=32
	row 'doclist, each file its own worker' '' list "$list" -j1
	row 'our code, no isolation, one process' 'W<=1.10,C<=1.10' \
	    loop "$list" -j1 -p sniff,list
	row 'sha256sum, batched, and file -f' 'C<=1.5' sums "$list"
	race
	plain_tree "$([[ $QUICK ]] && echo 400 || echo 4000)"
	begin "doclist on a tree of $(of "$work/tree.list") plain files" \
	    count_list
	row 'doclist, as it comes' '' list "$work/tree.list"
	row 'doclist --batch=32' '' list "$work/tree.list" --batch=32
	row 'sha256sum, batched, and file -f' 'W<=1.5' sums "$work/tree.list"
	race
	tiny "$([[ $QUICK ]] && echo 1000 || echo 10000)"
	begin "doclist on $(of "$work/tiny.list") files of a line" count_list
	row 'doclist --batch=32, one worker' '' list "$work/tiny.list" -j1 \
	    --batch=32
	row 'doclist, each file its own worker' '' list "$work/tiny.list" -j1
	row 'our code, no isolation, one process' '' \
	    loop "$work/tiny.list" -j1 -p sniff,list
	row 'sha256sum, batched, and file -f' 'C<=1.5' sums "$work/tiny.list"
	race
	head -c "$([[ $QUICK ]] && echo 100M || echo 500M)" /dev/urandom \
	    >"$work/one.bin"
	echo "$work/one.bin" >"$one"
	begin "doclist on one file of $(du -m "$work/one.bin" | cut -f1) MB" \
	    count_list
	row 'doclist' '' list "$one" -j1
	row 'sha256sum and file' 'w>=3' sums "$one"
	race
	rm "$work/one.bin"
}

bench_archives() {
	local kind peer
	cp "$work/mixed.list" "$work/packed.list"
	[[ $QUICK ]] || { plain_tree 4000; cat "$work/tree.list"; } \
	    >>"$work/packed.list"
	archives "$work/packed.list"
	for kind in $([[ $QUICK ]] || echo zip tar.gz) tar.zst; do
		peer=tar; [[ $kind == zip ]] && peer=unzip
		have $peer $peer || continue
		begin "doclist on a $kind of $(of "$work/packed.list") files" \
		    count_list
		row 'doclist, as it comes' '' list "$work/$kind.list"
		row 'doclist, one worker' '' list "$work/$kind.list" -j1
		row 'our code, no isolation, one process' 'W<=1.3,C<=1.3' \
		    loop "$work/$kind.list" -j1 -p sniff,list
		row "$peer" '' unpack "$work/$kind.list"
		row "$peer, sha256sum and file" 'w>=1.5' \
		    unpack-sums "$work/$kind.list"
		race
	done
}

# What ClamAV is spared: the members of these have records of their own, and
# their containers are not unpacked a second time.
bench_containers() {
	local one=$work/large.rec many=$work/containers.rec
	archives "$work/mixed.list"
	pick 200 'zip$|tar$|gzip|bzip2|x-xz|7z|rar|cpio|/x-archive|cab|rfc822' \
	    >"$work/containers.list"
	listed containers "$many"
	begin "docscan on $(of "$work/containers.list") containers with \
$(members "$many") members, test signatures" count_scan
	row 'docscan, one worker' '' stage "$many" docscan -j1 --db="$DB"
	row 'docscan --whole: unpacked again' 'c>=1.1' stage "$many" docscan -j1 \
	    --db="$DB" --whole
	race
	have zip zip || return
	listed zip "$one"
	begin "docscan on a zip of $(($(stat -c %s "$work/pack.zip") >> 20)) MB \
with $(members "$one") members, test signatures" count_scan
	row 'docscan, one worker' '' stage "$one" docscan -j1 --db="$DB"
	row 'docscan --whole: unpacked again' 'c>=1.5' stage "$one" docscan -j1 \
	    --db="$DB" --whole
	race
}

# listed SET RECORDS: with their members, whose content is in the spool.
listed() {
	tr '\n' '\0' <"$work/$1.list" |
	    "$BIN/doclist" -0 -q --spool="$work/spool" >"$2"
}

members() {
	jq -r 'select(.type == "doc" and .member) | .id' "$1" | wc -l
}

bench_all() {
	local list=$work/mixed.list
	begin "doclist | docscan | doctext | docpreview: $(of "$list") \
files$(left_out "$list")" count_all
	row 'pipeline, full cage, a fresh worker each' '' pipeline "$list"
	row 'our code, no isolation, two processes' 'W<=1.10,C<=1.10' \
	    loop "$list" -d "$DB" -f jpeg
	row 'docrun (tokens, run directory)' '' run "$list"
	if have parallel parallel && have clamscan clamav &&
	    have pdftotext poppler-utils && have vipsthumbnail libvips-tools
	then
		row 'parallel -j2 of a script per file' 'w>=3.6,c>=3.57' \
		    script "$list"
	fi
	race
	begin 'the same without docscan' count_all
	row 'pipeline' '' pipeline-noscan "$list"
	row 'our code, no isolation, two processes' 'W<=1.10,C<=1.10' \
	    loop "$list" -p sniff,list,text,preview -f jpeg
	race
	rm -rf "$work/kept"
	mkdir -p "$work/first"
	"$here/peers.sh" pipeline "$list" "$work/first" "$work/kept" 2>/dev/null
	begin 'the same again, nothing changed' count_all
	row 'pipeline, first time' '' pipeline "$list"
	row 'pipeline, second time' 'w<=0.02' pipeline "$list" "$work/kept"
	race
	rm -rf "$work/kept"
}

bench_records() {
	local rec=$work/plain.rec n=100000 mb
	[[ $QUICK ]] && n=20000
	make_records $n >"$rec"
	: >"$work/none.rec"
	mb=$(($(stat -c %s "$rec") / 1000000))
	begin "stages with nothing to do: $n records of 1 KB, $mb MB" count_none
	row 'doctext' '' stage "$rec" doctext
	row 'doctext on no record: its start' '' stage "$work/none.rec" doctext
	row 'six stages' '' chain "$rec" doctext docpreview dococr doctext \
	    docpreview dococr
	row 'six stages on no record' '' chain "$work/none.rec" doctext \
	    docpreview dococr doctext docpreview dococr
	have jq jq && row 'jq -c .' '' jq "$rec"
	race
	passes 1 2 $mb $n 1
	passes 3 4 $mb $n "$(nproc)"
	growth_of_memory
}

# passes ROW START MB RECORDS PROCESSORS: what goes through in a second, the
# start taken off.  The clock decides; but where others compute it tells more of
# them than of us, so what the processor time would give on a machine of one's
# own stands beside it.
passes() {
	local what secs
	for what in wall cpu; do
		secs=$(awk -v s="$(median "$1" $what)" -v z="$(median "$2" $what)" \
		    -v p="$5" -v w=$what 'BEGIN { t = s - z
			if (w == "cpu") t /= p
			print t < .001 ? .001 : t }')
		goal_line "$(awk -v t="$secs" -v mb="$3" -v n="$4" -v p="$5" \
		    -v w=$what -v label="${labels[$1 - 1]}" 'BEGIN {
			good = p == 1 ? mb / t >= 400 : n / t >= 200000
			printf "%s, its start taken off, %s: %.0f MB/s, %.0f k " \
			    "records/s | %s | %s\n", label,
			    w == "wall" ? "by the clock" : \
			    "by processor time (" p " idle ones)",
			    mb / t, n / t / 1000,
			    p == 1 ? ">= 400 MB/s" : ">= 200 k",
			    w == "cpu" ? "not counted" : good ? "met" : "missed" }')"
	done
}

# Peak RSS of the supervisor when n records are through it.
supervisor_peak() {
	local dir=$work/peak pid i
	rm -rf "$dir"; mkdir -p "$dir"
	mkfifo "$dir/in"
	"$BIN/doctext" -q --spool="$dir/spool" <"$dir/in" >"$dir/out" &
	pid=$!
	exec 9>"$dir/in"
	make_records "$1" >&9
	for ((i = 0; i < 300; i++)); do
		(($(wc -l <"$dir/out") >= $1)) && break
		sleep 0.1
	done
	awk '/^VmHWM/ { print $2 }' "/proc/$pid/status"
	exec 9>&-
	wait $pid
}

growth_of_memory() {
	local few many
	few=$(supervisor_peak 1000)
	many=$(supervisor_peak 100000)
	goal_line "RSS of doctext's supervisor at 10^3 and 10^5 records, KB: \
$few, $many | within 5 % | $( ((many * 100 <= few * 105)) && echo met || echo missed)"
}

# What a worker's cage costs: the cage alone, and a whole stage on texts so
# small that nothing else does.
bench_cage() {
	local b=${BIN%/bin} said
	cc -std=gnu11 -D_GNU_SOURCE -iquote . -O2 -o "$work/cage" \
	    "$here/cage.c" "$b/libdoc.a" -lseccomp || return
	echo
	echo "a worker from fork to exit, with and without a cage"
	said=$("$work/cage" ${QUICK:+200})
	echo "$said" | sed '$d'
	goal_line "processor time of a worker's cage, us | $(echo "$said" |
	    sed -n '$s/: / | /p')"
	mkdir -p "$work/small"
	seq -f "$work/small/%g.txt" 200 | while IFS= read -r f; do
		echo "$f" >"$f"
	done
	"$BIN/doclist" -q --spool="$work/spool" "$work/small" >"$work/small.rec"
	begin "doctext on 200 texts of a line" count_text
	row 'no cage' '' stage "$work/small.rec" doctext -j1 --cage=none \
	    --require=none
	row 'the cage' '' stage "$work/small.rec" doctext -j1
	race
}

main() {
	local s
	for s in xargs:findutils file:file jq:jq python3:python3 \
	    objcopy:binutils; do
		have "${s%:*}" "${s#*:}" || exit 1
	done
	[[ -x /usr/bin/time ]] || { have /usr/bin/time time; exit 1; }
	[[ -x $BIN/doclist ]] || { echo "no $BIN/doclist: run make"; exit 1; }
	[[ -d $CORPUS ]] || { echo "no files in $CORPUS: CORPUS=DIR"; exit 1; }
	rm -rf "$work/out" "$work/times"
	mkdir -p "$work"
	build_loop || { echo 'cannot build the unisolated loop'; exit 1; }
	test_db
	machine
	make_sets
	(($#)) || set -- text scan ocr preview list archives containers all records \
	    cage
	for s; do "bench_$s"; done
	rm -rf "$work/out"
	echo
	echo "$met goals met, $missed missed; $((SECONDS / 60)) min $((SECONDS % 60)) s"
}
main "$@"
