#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One competitor doing one job: peers.sh NAME IN OUT [WORD...].  run.sh times
# it.  IN is a list of names, one a line, or a file of records for a stage of
# ours; OUT an empty folder for what comes out.  BIN is where our tools are.
#
# A peer gets its usual form and no timeout (run.sh left out what hangs).
set -u
name=$1 in=$2 out=$3
shift 3

# each FUNCTION: for every file $f, with $o to put its output at.
each() {
	n=0
	while IFS= read -r f <&3; do
		n=$((n + 1)) o=$out/$n
		"$1" >>"$out/log" 2>&1
	done 3<"$in"
	return 0
}

text_pdftotext() { pdftotext -q "$f" "$o.txt"; }
text_mutool()    { mutool draw -q -F txt -o "$o.txt" "$f"; }
scan_clamscan()  { clamscan --no-summary -d "$DB" "$f"; }
# As shipped: OpenMP as it likes.
ocr_tesseract()  { tesseract "$f" "$o"; }
view_pdftoppm() {
	pdftoppm -q -f 1 -l 1 -singlefile -scale-to 256 -jpeg "$f" "$o"
}
# It puts a relative name next to its input.
view_vips()      { vipsthumbnail -s 256 -o "$o.jpg" "$f"; }
view_convert()   { "$CONVERT" "${f}[0]" -resize 256x256 "$o.jpg"; }
unpack() {
	case $f in
	*.zip) unzip -q -o "$f" -d "$o" ;;
	*) mkdir "$o" && tar -x -f "$f" -C "$o" ;;
	esac
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
	sh -c "$cmd | wc -l" >"$out/lines"
	;;

jq)        jq -c . <"$in" >"$out/out.ndjson" ;;

pdftotext)     each text_pdftotext ;;
mutool)        each text_mutool ;;
clamscan)      each scan_clamscan ;;
clamscan-once)
	clamscan --no-summary -d "$DB" --file-list="$in" >"$out/log" 2>&1
	;;
tesseract)     each ocr_tesseract ;;
clamdscan)
	clamdscan --config-file="${0%/tests/*}/build/bench/clamd/conf" \
	    --no-summary --fdpass --multiscan --file-list="$in" \
	    >"$out/log" 2>&1
	;;
pdftoppm)      each view_pdftoppm ;;
vips)          each view_vips ;;
convert)       each view_convert ;;
sums)
	tr '\n' '\0' <"$in" | xargs -0 sha256sum -- >"$out/sums"
	file -b --mime-type -f "$in" >"$out/types"
	;;
unpack)        each unpack ;;
unpack-sums) # and then what doclist also does
	each unpack
	find "$out" -mindepth 2 -type f >"$out/names"
	tr '\n' '\0' <"$out/names" | xargs -0 sha256sum -- >"$out/sums"
	file -b --mime-type -f "$out/names" >"$out/types"
	;;

script)
	export DB
	parallel -j2 -a "$in" "$0" script-one "$in" "$out" '{}' '{#}'
	exit 0 # its status counts files that a tool could not read
	;;
script-one) script_one "$@" ;;
*)
	echo "$0: no peer '$name'" >&2
	exit 2
	;;
esac
