# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by run.sh: rows that run in turn, medians, ratios, goals, counts.

# begin TITLE COUNTER: a new table; COUNTER FOLDER tells what came out.
#
# What earlier rows wrote stays until the end: for five seconds after a deletion
# ext4 looks at each inode it might reuse, which doubles the price of a file.
begin() {
	title=$1 counter=$2
	labels=() goals=() commands=() status=() out=()
	tables=$((${tables:-0} + 1))
	times=$work/times/$tables
	mkdir -p "$times"
}

# row LABEL GOAL PEER IN [WORD...]: GOAL is a list of w or c (wall or cpu time
# of this row, in units of the first) or W or C (of the first, in units of this
# one) with >= or <= and a number; it is the first row that meets it or not.
row() {
	labels+=("$1")
	goals+=("$2")
	shift 2
	commands+=("$(printf '%q ' "$@")")
}

# run_row I: once, from scratch.
# shellcheck disable=SC2034 # words is set by eval
run_row() {
	local i=$1 words
	eval "words=(${commands[i - 1]})"
	runs=$((${runs:-0} + 1))
	out[i]=$work/out/$runs
	mkdir -p "${out[i]}"
	# The set has nothing that hangs: a row that does is broken.
	/usr/bin/time -q -a -o "$times/$i" -f '%e %U %S %M' \
	    timeout 300 "$here/peers.sh" "${words[0]}" "${words[1]}" "${out[i]}" \
	    "${words[@]:2}" 2>>"$times/$i.err"
	status[i]=$?
}

# race [ROUNDS]: run all rows and print the table.
race() {
	local rounds=${1:-$ROUNDS} r i
	printf '\n== %s; rounds: %d\n' "$title" "$rounds"
	for ((r = 0; r < rounds; r++)); do
		for ((i = 1; i <= ${#labels[@]}; i++)); do
			run_row $i
		done
	done
	printf '%-42s %8s %8s %7s %7s  %s\n' '' 'wall s' 'cpu s' 'x wall' \
	    'x cpu' 'came out'
	for ((i = 1; i <= ${#labels[@]}; i++)); do
		print_row $i
	done
}

print_row() {
	local i=$1 g
	printf '%-42s %8.2f %8.2f %7.2f %7.2f  %s\n' "${labels[i - 1]}" \
	    "$(median "$i" wall)" "$(median "$i" cpu)" \
	    "$(ratio "$i" wall)" "$(ratio "$i" cpu)" \
	    "$($counter "${out[i]}")"
	# 1: some documents have problems; the same for clamscan.
	if ((status[i] > 1)); then
		echo "    FAILED with status ${status[i]}:" \
		    "$(tail -n 1 "$times/$i.err")"
		return
	fi
	for g in ${goals[i - 1]//,/ }; do
		print_goal "$i" "$g"
	done
}

print_goal() {
	local i=$1 which=${2:0:1} op=${2:1:2} want=${2:3} what=wall got verdict
	[[ ${which,} == c ]] && what=cpu
	got=$(ratio "$i" $what)
	[[ $which == [WC] ]] && got=$(awk "BEGIN { print 1 / ($got + 1e-9) }")
	verdict=$(awk "BEGIN { print ($got $op $want) ? \"met\" : \"missed\" }")
	tell "$(printf '    goal: %s %s %s%s, got %.2f: ' $what "$op" "$want" \
	    "$([[ $which == [WC] ]] && echo ' of this row')" "$got")" "$verdict"
}

# goal_line "TEXT | GOAL | met": a figure that is no row of a table.
goal_line() {
	local text goal verdict
	IFS='|' read -r text goal verdict <<<"$1"
	tell "${text% }; goal:${goal% }: " "${verdict# }"
}

tell() {
	echo "$1$2"
	case $2 in
	met) met=$((met + 1)) ;;
	missed) missed=$((missed + 1)) ;;
	esac
}

# median I wall|cpu: of the rounds of a row.
median() {
	awk -v what="$2" '{ print what == "wall" ? $1 : $2 + $3 }' \
	    "$times/$1" | middle
}

# ratio I wall|cpu: of the row to the first, round by round.
ratio() {
	paste -d ' ' "$times/$1" "$times/1" | awk -v what="$2" '{
		a = what == "wall" ? $1 : $2 + $3
		b = what == "wall" ? $5 : $6 + $7
		print a / (b > .005 ? b : .005) }' | middle
}

middle() {
	sort -g | awk '{ v[NR] = $1 } END {
		print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
	}'
}

# What came out: of records if there are some, of the loop's counts, or of
# files and logs.
records() {
	jq -rs "map(select(.type == \"doc\")) | $2" "$1/out.ndjson"
}

counts() {
	grep -Eo "(^| )($2)=[0-9]+" "$1/counts" | tr -d '\n'
	# What a peer leaves behind can be damaged; so can the loop.
	[[ -s $1/log ]] && printf ' (%s)' "$(tail -n 1 "$1/log" | cut -c1-60)"
}

# Files with a letter or digit in them.
wordy() {
	grep -rls '[[:alnum:]]' "$@" | wc -l
}

count_text() {
	if [[ -e $1/out.ndjson ]]; then
		records "$1" 'map(select(.text.words > 0)) | "texts=\(length)"'
	elif [[ -e $1/counts ]]; then
		counts "$1" 'texts|failed'
	else
		echo "texts=$(wordy "$1" --include='*.txt')"
	fi
}

count_scan() {
	if [[ -e $1/out.ndjson ]]; then
		records "$1" '"verdicts=\(map(select(.scan.verdict)) | length)" +
		    " infected=\(map(select(.scan.verdict == "infected")) | length)"'
	elif [[ -e $1/counts ]]; then
		counts "$1" 'scans|infected|failed'
	else
		echo "verdicts=$(grep -Ec ': (OK|Empty file|.* FOUND)$' "$1/log")" \
		    "infected=$(grep -c 'FOUND$' "$1/log")"
	fi
}

count_ocr() {
	if [[ -e $1/out.ndjson ]]; then
		records "$1" '"words=\(map(.ocr.words // 0) | add)"'
	elif [[ -e $1/counts ]]; then
		counts "$1" 'ocr|texts|failed'
	else
		echo "words=$(cat "$1"/*.txt | wc -w)"
	fi
}

count_preview() {
	if [[ -e $1/out.ndjson ]]; then
		records "$1" 'map(select(.preview.file)) | "previews=\(length)"'
	elif [[ -e $1/counts ]]; then
		counts "$1" 'previews|failed'
	else
		echo "previews=$(find "$1" -size +0 -name '*.jpg' | wc -l)"
	fi
}

count_list() {
	if [[ -e $1/out.ndjson ]]; then
		records "$1" '"digests=\(map(select(.sha256)) | length)" +
		    " types=\(map(select(.media)) | length)"'
	elif [[ -e $1/counts ]]; then
		counts "$1" 'digests|types|failed'
	elif [[ -e $1/sums ]]; then
		echo "digests=$(wc -l <"$1/sums") types=$(wc -l <"$1/types")"
	else
		echo "files=$(find "$1" -mindepth 2 -type f | wc -l)"
	fi
}

count_all() {
	if [[ -e $1/out.ndjson ]]; then
		echo "documents=$(records "$1" length)" \
		    "$(count_scan "$1") $(count_text "$1") $(count_preview "$1")"
	elif [[ -e $1/counts ]]; then
		counts "$1" 'documents|scans|infected|texts|previews|failed'
	else
		cat "$1"/*.log >"$1/log"
		echo "documents=$(find "$1" -name '*.log' | wc -l)" \
		    "$(count_scan "$1") $(count_text "$1") $(count_preview "$1")"
	fi
}

count_none() {
	if [[ -e $1/lines ]]; then
		echo "lines=$(cat "$1/lines")"
	else
		records "$1" '"records=\(length)"'
	fi
}
