#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One competitor doing one job: peers.sh NAME IN OUT [WORD...].  run.sh times
# it.  IN is a list of names, one a line, or a file of records for a stage of
# ours; OUT an empty folder for what comes out.  BIN is where our tools are.
#
# A peer gets its best usual form: no shell between it and its files where it
# can do without one, and never a timeout (run.sh left out what hangs).
set -u
name=$1 in=$2 out=$3
shift 3

# each COMMAND NAME-OF-OUTPUT: COMMAND with %f and %o for every file.
each() {
	# shellcheck disable=SC2016 # for the inner shell
	tr '\n' '\0' <"$in" | xargs -0 sh -c '
		out=$1 n=$2; shift 2
		for f do
			n=$((n + 1))
			o=$out/$n
			'"$1"' >>"$out/log" 2>&1
		done' sh "$out" "${1##*#}" 2>/dev/null
	return 0
}

# What a careful user's script does for one file; called by parallel.
script_one() {
	f=$1 o=$out/$2
	{
		sha256sum -- "$f"
		clamscan --no-summary -d "$DB" -- "$f"
	} >>"$o.log"
	case $(file -b --mime-type -- "$f" | tee -a "$o.log") in
	application/pdf)
		pdftotext -q "$f" "$o.txt"
		pdftoppm -q -f 1 -l 1 -singlefile -scale-to 256 -jpeg "$f" "$o"
		;;
	image/*)
		vipsthumbnail -s 256 -o "$o.jpg" "$f"
		;;
	application/vnd.openxml*word*)
		unzip -p "$f" word/document.xml | sed 's/<[^>]*>/ /g' >"$o.txt"
		;;
	application/vnd.openxml*sheet*)
		unzip -p "$f" xl/sharedStrings.xml | sed 's/<[^>]*>/ /g' >"$o.txt"
		;;
	application/vnd.openxml*)
		unzip -p "$f" 'ppt/slides/slide*.xml' | sed 's/<[^>]*>/ /g' \
		    >"$o.txt"
		;;
	application/vnd.oasis*)
		unzip -p "$f" content.xml | sed 's/<[^>]*>/ /g' >"$o.txt"
		;;
	text/html)
		sed 's/<[^>]*>/ /g' "$f" >"$o.txt"
		;;
	text/*|message/*)
		cp -- "$f" "$o.txt"
		;;
	esac
} 2>/dev/null

case $name in
# Ours.
stage) # IN: records; WORDs: a stage with its options
	tool=$1; shift
	"$BIN/$tool" -q --spool="$out/spool" "$@" <"$in" >"$out/out.ndjson"
	;;
list) # WORDs: options for doclist
	tr '\n' '\0' <"$in" |
	    "$BIN/doclist" -0 -q --spool="$out/spool" "$@" >"$out/out.ndjson"
	;;
pipeline) # WORD: folder for the spool
	s=${1:-$out/spool}
	tr '\n' '\0' <"$in" |
	    "$BIN/doclist" -0 -q --spool="$s" |
	    "$BIN/docscan" -q --db="$DB" --spool="$s" |
	    "$BIN/doctext" -q --spool="$s" |
	    "$BIN/docpreview" -q --format=jpeg --spool="$s" >"$out/out.ndjson"
	;;
pipeline-noscan)
	tr '\n' '\0' <"$in" |
	    "$BIN/doclist" -0 -q --spool="$out/spool" |
	    "$BIN/doctext" -q --spool="$out/spool" |
	    "$BIN/docpreview" -q --format=jpeg --spool="$out/spool" \
		>"$out/out.ndjson"
	;;
run) # docrun as users call it: a token pool, a journal, a table
	tr '\n' '\0' <"$in" | xargs -0 -n 100000 "$BIN/docrun" -q -o "$out/run" \
	    --stages=scan,text,preview --db="$DB" --progress=none --
	ln -s run/out.ndjson "$out/out.ndjson"
	;;
loop) # WORDs: options
	env OMP_THREAD_LIMIT=1 MALLOC_ARENA_MAX=1 LD_BIND_NOW=1 TZ=UTC \
	    LC_ALL=C.UTF-8 VIPS_NOVECTOR=1 ORC_CODE=backup \
	    "$LOOP" "$@" -o "$out" "$in" >"$out/counts" 2>"$out/log"
	;;
chain) # IN: records; WORDs: stages
	cmd="cat '$in'"
	for tool do cmd="$cmd | '$BIN/$tool' -q --spool='$out/spool'"; done
	sh -c "$cmd" >/dev/null
	;;

# Text.
pdftotext) each 'pdftotext -q "$f" "$o.txt"' ;;
mutool)    each 'mutool draw -q -F txt -o "$o.txt" "$f"' ;;

# Scan.
clamscan-once)
	clamscan --no-summary -d "$DB" --file-list="$in" >"$out/log" 2>&1
	;;
clamscan)  each 'clamscan --no-summary -d "$DB" "$f"' ;;

# OCR, as shipped: OpenMP as it likes.
tesseract) each 'tesseract "$f" "$o"' ;;

# Previews.  vipsthumbnail puts a relative name next to its input.
pdftoppm)  each 'pdftoppm -q -f 1 -l 1 -singlefile -scale-to 256 -jpeg "$f" "$o"' ;;
vips)      each 'vipsthumbnail -s 256 -o "$o.jpg" "$f"' ;;
convert)   each '"$CONVERT" "$f[0]" -resize 256x256 "$o.jpg"' ;;

# Intake.
sums)
	tr '\n' '\0' <"$in" | xargs -0 sha256sum -- >"$out/sums"
	file -b --mime-type -f "$in" >"$out/types"
	;;
unzip)     each 'unzip -q -o "$f" -d "$o"' ;;
tar)       each 'mkdir "$o"; tar -x -f "$f" -C "$o"' ;;
unpack-sums) # unpack, then what doclist also does
	each 'mkdir "$o"; case $f in *.zip) unzip -q -o "$f" -d "$o" ;; *) tar -x -f "$f" -C "$o" ;; esac'
	find "$out" -mindepth 2 -type f >"$out/names"
	tr '\n' '\0' <"$out/names" | xargs -0 sha256sum -- >"$out/sums"
	file -b --mime-type -f "$out/names" >"$out/types"
	;;

# The whole.
script)
	export DB
	parallel -j2 -a "$in" "$0" script-one "$in" "$out" {} {#}
	;;
script-one) script_one "$@" ;;
*)
	echo "$0: no peer '$name'" >&2
	exit 2
	;;
esac
