# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by run.sh: the sets of files, and what we make ourselves.

of() {
	wc -l <"$1"
}

# left_out LIST: because a program hangs on them.
left_out() {
	local n=0
	[[ -e $1.bad ]] && n=$(wc -l <"$1.bad")
	((n)) && printf ' (%d left out: over 20 s with %s)' "$n" \
	    "$(cut -f1 "$1.bad" | sort -u | paste -sd ,)"
}

machine() {
	echo "$(nproc) processors, $(awk '/MemTotal/ {
	    printf "%d", $2 / 1048576 }' /proc/meminfo) GB, Linux $(uname -r)," \
	    "load $(cut -d' ' -f1 /proc/loadavg); files of $CORPUS"
}

# pick N PATTERN: at most N names of that type, evenly from all.
pick() {
	local n=$1
	[[ $QUICK ]] && n=$(((n + 4) / 5))
	awk -F'\t' -v p="$2" '$1 ~ p { print $2 }' "$work/types" >"$work/pick"
	awk -v n="$n" -v all="$(wc -l <"$work/pick")" '
	    int(NR * n / all) > int((NR - 1) * n / all) || all <= n' "$work/pick"
}

# Every regular file with its type, by name; truths are no documents.
survey() {
	find "$CORPUS" -name truth -prune -o -name .git -prune -o -type f -print |
	    LC_ALL=C grep -v '[^ -~]' | sort >"$work/names"
	file -b --mime-type -f "$work/names" | paste - "$work/names" |
	    awk -F'\t' 'NF == 2 && $1 != ""' >"$work/types"
}

make_sets() {
	local office='officedocument|opendocument|epub'
	survey
	{ pick 400 '^application/pdf$'; } >"$work/pdf.list"
	{ pick 150 '^image/(jpeg|png|gif|webp|tiff)$'; } >"$work/image.list"
	{
		pick 150 '^application/pdf$'
		pick 97 "$office"
		pick 25 '^text/html$'
		pick 24 '^message/rfc822$'
		pick 20 '^text/plain$'
		pick 85 '^image/(jpeg|png|gif|webp|tiff)$'
	} >"$work/mixed.list"
	pick 2000 '^(text|image)/|pdf|'"$office" >"$work/leaf.list"
	leave_out pdf 'text,preview' pdftotext mutool pdftoppm vips
	leave_out image preview vips
	leave_out mixed list,scan,text,preview
	leave_out leaf list
	grep -vxFf <(cut -f2 "$work/pdf.list.bad" "$work/image.list.bad") \
	    "$work/mixed.list" >"$work/tmp"
	mv "$work/tmp" "$work/mixed.list"
	awk 'NR % 13 == 5' "$work/mixed.list" >"$work/few.list"
	ocr_pages >"$work/ocr.list"
	for s in pdf image mixed few ocr leaf; do as_records $s; done
	jq -r 'select(.type == "doc" and .list.members == null) | .path' \
	    "$work/leaf.rec" >"$work/leaf.list"
}

# leave_out SET PARTS PEER...: what we, or a peer, need over 20 s for.  Once per
# set of files: it takes as long as a round.
leave_out() {
	local list=$work/$1.list key cache parts=$2 dir=$work/check peer
	key=$(sha256sum <"$list" | cut -c1-16)
	cache=$work/checked-$1-$key
	shift 2
	if [[ ! -e $cache ]]; then
		echo "looking for files that hang: ${list##*/}"
		rm -rf "$dir"; mkdir -p "$dir"
		"$LOOP" -c -p "sniff,$parts" -o "$dir" "$list" 2>/dev/null |
		    sort -u >"$dir/ok"
		sort -u "$list" | comm -23 - "$dir/ok" |
		    sed 's/^/our code\t/' >"$cache.new"
		for peer in "$@"; do
			try_peer "$peer" "$dir/ok" >"$dir/$peer.bad" &
		done
		wait
		cat "$dir"/*.bad >>"$cache.new" 2>/dev/null
		rm -rf "$dir"
		mv "$cache.new" "$cache"
	fi
	cp "$cache" "$list.bad"
	grep -vxFf <(cut -f2 "$cache") "$list" >"$work/tmp"
	mv "$work/tmp" "$list"
}

try_peer() {
	local f dir
	while IFS= read -r f; do
		dir=$(mktemp -d "$work/check/try.XXXXXX")
		echo "$f" >"$dir/f"
		timeout 20 "$here/peers.sh" "$1" "$dir/f" "$dir" >/dev/null 2>&1
		[[ $? == 124 ]] && printf '%s\t%s\n' "$1" "$f"
		rm -rf "$dir"
	done <"$2"
}

# as_records SET: for stages that read records; for the loop, with the types
# that doclist found.
as_records() {
	tr '\n' '\0' <"$work/$1.list" |
	    "$BIN/doclist" -0 -q --spool="$work/spool" |
	    jq -c 'select(.type == "end" or .member == null)' >"$work/$1.rec"
	jq -r 'select(.type == "doc" and .member == null) |
	    "\(.media)\t\(.path)"' "$work/$1.rec" >"$work/$1.media"
}

# Scans and photographs of text: not the smallest, not the largest.
ocr_pages() {
	local n=6
	[[ $QUICK ]] && n=1
	grep -E '(ocr|tess|scan|sroie|receipt)' "$work/image.list" |
	    while IFS= read -r f; do stat -c '%s %n' "$f"; done | sort -n |
	    awk '$1 > 30000 && $1 < 600000' | cut -d' ' -f2- |
	    awk -v n=$n '{ v[NR] = $0 } END {
		for (i = 1; i <= n; i++) print v[int(1 + (NR - 1) * i / n)] }' |
	    sort -u
}

# Ten different ones, blown up from a photograph of the corpus.
big_jpegs() {
	local from i
	have vips libvips-tools || return
	from=$(grep -E '\.jpe?g$' "$work/image.list" | xargs -d '\n' ls -S |
	    head -n 1)
	[[ $from ]] || { echo 'no JPEG among the files'; return 1; }
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo "$work/big-$i.jpg"
		[[ -e $work/big-$i.jpg ]] ||
		    vips thumbnail "$from" "$work/big-$i.jpg[Q=90]" 4000 \
			--height $((3000 - i)) --size force || return
	done >"$work/big.list"
	as_records big
}

# tiny N: files of one line.
tiny() {
	local d=$work/tiny i
	rm -rf "$d"; mkdir -p "$d"
	for ((i = 0; i < $1; i++)); do echo "file $i" >"$d/$i"; done
	find "$d" -type f | sort >"$work/tiny.list"
}

# What a machine has lying about, of no more than 200 kB: headers, scripts,
# manuals.
plain_tree() {
	find /usr/include /usr/share/doc /usr/share/perl /usr/lib/python3* /etc \
	    -xdev -type f -size -200k ! -name '*.gz' ! -name '*.pyc' 2>/dev/null |
	    sort | awk -v n="$1" '{ f[NR] = $0 } END {
		for (i = 1; i <= NR; i += NR > n ? NR / n : 1)
			print f[int(i)] }' >"$work/tree.list"
}

# archives LIST: these files, packed.
archives() {
	local d=$work/packed n=0 f
	rm -rf "$d"; mkdir -p "$d"
	while IFS= read -r f; do
		n=$((n + 1))
		cp -- "$f" "$d/$n.${f##*.}" 2>/dev/null || cp -- "$f" "$d/$n"
	done <"$1"
	rm -f "$work"/pack.*
	tar -C "$d" -czf "$work/pack.tar.gz" .
	have zstd zstd && tar -C "$d" --zstd -cf "$work/pack.tar.zst" .
	have zip zip && (cd "$d" && zip -qr "$work/pack.zip" .)
	for f in zip tar.gz tar.zst; do
		echo "$work/pack.$f" >"$work/$f.list"
	done
	rm -rf "$d"
}

# make_records N: 1 KB each, of a type no stage works on.
make_records() {
	awk -v n="$1" 'BEGIN {
		pad = sprintf("%750s", ""); gsub(/ /, "x", pad)
		for (i = 0; i < n; i++)
			printf "{\"v\":1,\"type\":\"doc\",\"id\":\"%032x\"," \
			    "\"tenant\":\"default\",\"path\":\"in/%08d.bin\"," \
			    "\"size\":1000,\"sha256\":\"%064x\",\"media\":" \
			    "\"application/octet-stream\",\"list\":{\"status\":" \
			    "\"ok\"},\"pad\":\"%s\"}\n", i, i, i, pad }'
}
