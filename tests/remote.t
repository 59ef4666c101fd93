#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dococr with another engine: services that misbehave, and commands.
. "$(dirname "$0")/lib.sh"
fixtures notice.png
fixtures scan.pdf
mkdir -p many
for i in 1 2 3 4 5 6 7 8; do
	{ cat f/notice.png; printf '%s' "$i"; } >many/$i.png
done

# A mock on loopback; or on a socket, when named.
mock() {
	rm -f port log
	python3 "$top/tests/mock/ocr.py" "$scratch/log" ${1:+"$1"} >port \
	    2>mock.err &
	mock=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		test -s port && break
		sleep 0.2
	done
	url=http://127.0.0.1:$(cat port)
	export url
}
mock
trap 'kill $mock 2>/dev/null; finish' EXIT

# ask PATH [option ...]: one picture, its record to `out`.  A program, for
# `status` runs programs.
cat >ask <<'END'
#!/bin/sh
path=$1; shift
exec dococr -q -N -W 2s -e "$url/$path" "$@" f/notice.png >out 2>err
END
chmod +x ask
PATH=$PATH:$scratch
got() { recs "$1" out; }
requests() { grep -c "^/$1 " log; }

plain() {
	ask ok
	is ok "$(got .ocr.status)"
	grep -q 'Mock words of page one' "$(got .ocr.file)"
	is 5 "$(got .ocr.words)"
	is http "$(got .ocr.engine)"
	is "${url#http://}" "$(got .ocr.engine_url_host)"
	is null "$(got .ocr.confidence)"
	grep -q 'POST content-type=image/png has:.PNG$' log
	if grep -q expect= log; then return 1; fi
	clean
}
ok 'a page is sent as a picture, the answer is the text' plain

# What may go over is asked for again, and goes well then.
again() {
	for p in busy many hang reset short noise garbage; do
		case $p in garbage) set -- -P 'json:/results/*/text' ;; *) set -- ;;
		esac
		ask $p "$@" || { echo "$p: $(cat out err)"; return 1; }
		is "$p ok" "$p $(got .ocr.status)"
		grep -q 'Mock' "$(got .ocr.file)"
		is "$p 2" "$p $(requests $p)"
	done
	clean
}
ok '503, 429, silence, a reset, half an answer, noise: once more' again

limit() {
	status 1 ask broken
	is 'error service' "$(got '"\(.ocr.status) \(.ocr.error.code)"')"
	is 4 "$(requests broken)"
	status 1 ask broken -n 2
	is 6 "$(requests broken)"
	clean
}
ok '500 for ever: four attempts, or --attempts' limit

# What will not be better the next time is not asked for again.
never() {
	for p in refuse redirect poll endless latin1 bomb; do
		status 1 ask $p
		is "$p error rejected" \
		    "$p $(got '"\(.ocr.status) \(.ocr.error.code)"')"
		is "$p 1" "$p $(requests $p)"
	done
	# The redirect was not followed, and a compressed answer not unpacked.
	is 1 "$(requests ok)"
	clean
}
ok '4xx, redirects, no end, no UTF-8: once and no more' never

drip() {
	status 1 ask drip -n 1
	is service "$(got .ocr.error.code)"
	clean
}
ok 'a byte now and then is over when --request-timeout is' drip

empty() {
	ask empty
	is 'ok 0' "$(got '"\(.ocr.status) \(.ocr.words)"')"
	ask last
	is ok "$(got .ocr.status)"
	clean
}
ok 'an empty answer is an empty page; a connection may close' empty

json() {
	status 1 ask failed -P json:/data/stdout -E /data/exit/code
	is rejected "$(got .ocr.error.code)"
	is 1 "$(requests failed)"
	status 1 ask type -P 'json:/results/*/text' -n 2
	is service "$(got .ocr.error.code)"
	status 1 ask ok -P 'json:/results/*/text' -n 1
	is service "$(got .ocr.error.code)"
	ask boxes -P 'json:/results/*/text'
	is 'ok 100000' "$(got '"\(.ocr.status) \(.ocr.words)"')"
	clean
}
ok '200 with an error inside, wrong types, 100,000 boxes' json

forms() {
	ask tsv -P tsv
	printf 'Mock words\nbelow\n' >want
	cmp want "$(got .ocr.file)"
	is 80 "$(got .ocr.confidence)"
	ask hocr -P hocr
	printf "Mock <words'\n" >want
	cmp want "$(got .ocr.file)"
	is 80 "$(got .ocr.confidence)"
	status 1 ask ok -P tsv -n 1
	is service "$(got .ocr.error.code)"
}
ok 'answers in TSV and hOCR' forms

# LiteParse and PaddleX are both at /ocr; the mock answers by path.
presets() {
	dococr -q -N -a tika -e "$url" f/notice.png >out
	is ok "$(got .ocr.status)"
	grep '^/tika ' log | grep -q 'PUT x-tika-ocrlanguage=eng content-type=image/png'
	dococr -q -N -a tesseract-server -e "$url" f/notice.png >out
	is ok "$(got .ocr.status)"
	grep '^/tesseract ' log | grep -q 'has:"languages":."eng". has:filename'
	dococr -q -N -a liteparse -e "$url/liteparse" f/notice.png >out
	is 'ok 2 90' "$(got '"\(.ocr.status) \(.ocr.words) \(.ocr.confidence)"')"
	grep '^/liteparse ' log | grep -q 'has:name="language"'
	dococr -q -N -a paddlex -e "$url/paddlex" f/notice.png >out
	is 'ok 2 85' "$(got '"\(.ocr.status) \(.ocr.words) \(.ocr.confidence)"')"
	grep '^/paddlex ' log | grep -q 'content-type=application/json has:fileType'
	clean
}
ok 'Tika, tesseract-server, LiteParse and PaddleX by name' presets

kept() {
	ask kept --keep-answers=1h
	got .ocr.answered | grep -qx '20..-..-..T..:..:..Z'
	ask kept --keep-answers=1h
	is 1 "$(requests kept)"
	ask kept --keep-answers=1s
	sleep 2
	ask kept --keep-answers=1s
	is 3 "$(requests kept)"
	ask kept
	ask kept
	is 4 "$(requests kept)"
}
ok 'answers are kept, for as long as --keep-answers says' kept

template() {
	echo '{"image":"{{base64}}","l":"{{lang}}","fileType":{{page}}}' >t.json
	ask ok -Q json:t.json
	is ok "$(got .ocr.status)"
	tail -n 1 log | grep -q 'content-type=application/json has:fileType$'
	ask ok -Q multipart:upload
	tail -n 1 log | grep -q 'multipart/form-data.*has:filename="page.png" has:.PNG$'
}
ok 'other requests: JSON by a template, multipart' template

secrets() {
	printf 'X-Key: s3cret\n' >headers
	printf 't0ken\n' >token
	chmod 644 headers; chmod 600 token
	status 3 ask ok -H headers
	grep -q 'chmod 600' err
	chmod 600 headers
	ask ok -v -H headers -B token
	tail -n 1 log | grep -q 'authorization=bearer t0ken x-key=s3cret\|authorization=Bearer t0ken x-key=s3cret'
	if grep -q 's3cret\|t0ken' out err; then return 1; fi
}
ok 'secrets come from private files and go nowhere else' secrets

permission() {
	status 2 dococr -e "$url/ok" f/notice.png
	status 2 dococr -e ftp://127.0.0.1/ f/notice.png
	status 2 dococr -N -e "$url/ok" -P nonsense f/notice.png
	status 2 dococr -N -e "$url/ok" -a nonsense f/notice.png
	http_proxy=http://127.0.0.1:1 ask ok
	is ok "$(got .ocr.status)"
}
ok 'no network without --allow-net, no proxy from the environment' permission

order() {
	dococr -q -N -W 2s -e "$url/ok" -k 4 many >out
	is 8 "$(recs .ocr.status out | grep -c ok)"
	ls many >want
	recs .path out | sed 's,.*/,,' | sort -c
	most=$(grep '^/ok ' log | awk '{ print $3 }' | sort -n | tail -n 1)
	test "$most" -le 4 && test "$most" -ge 2
	clean
}
ok 'several at once, at most --concurrency, in order' order

rate() {
	start=$(date +%s%N)
	dococr -q -N -W 2s -e "$url/ok" -w 5 many >out
	is 8 "$(recs .ocr.status out | grep -c ok)"
	# Seven waits of 200 ms at the least.
	test $((($(date +%s%N) - start) / 1000000)) -ge 1400
}
ok '--rate' rate

pages() {
	dococr -q -N -e "$url/ok" f/scan.pdf >out
	is 'ok 2' "$(recs '"\(.ocr.status) \(.ocr.pages)"' out)"
	is 2 "$(grep -c Mock "$(recs .ocr.file out)")"
	clean
}
ok 'only the pages of a PDF that need it' pages

away() {
	dococr -q -N -W 2s -e "$url/away" many >out
	is 8 "$(recs .ocr.status out | grep -c ok)"
	clean
}
ok 'a service that goes away and comes back: nothing is lost' away

fallback() {
	status 1 dococr -q -N -t 3s -e http://127.0.0.1:1/ f/notice.png >out
	is service "$(got .ocr.error.code)"
	dococr -q -N -F local -n 9 -e "$url/down" many >out
	is 8 "$(recs .ocr.status out | grep -c ok)"
	is 8 "$(recs .ocr.fallback_pages out | grep -c 1)"
	grep -q NOTICE "$(recs .ocr.file out | head -n 1)"
	# It did not ask for each of them nine times.
	test "$(requests down)" -lt 20
	clean
}
ok 'read here when the service is away' fallback

socket() {
	mock "$scratch/s"
	dococr -q -e "http+unix:$scratch/s:/ok" f/notice.png >out
	is 'ok http' "$(got '"\(.ocr.status) \(.ocr.engine)"')"
	is 1 "$(requests ok)"
	kill "$mock"
}
ok 'a Unix socket needs no --allow-net' socket

# --- commands ---
command() {
	cat >cmd <<-'END'
		#!/bin/sh
		head -c 4 >"$0.$DOC_PAGE"
		echo "$DOC_LANG $DOC_DPI $DOC_PAGE ${#DOC_KEY} $*"
	END
	chmod +x cmd
	dococr -q -l eng -e 'exec:./cmd one  two;three' f/notice.png >out
	is 'ok exec' "$(got '"\(.ocr.status) \(.ocr.engine)"')"
	is 'eng 300 1 64 one two;three' "$(cat "$(got .ocr.file)")"
	printf '\211PNG' | cmp - cmd.1
	clean
}
ok 'a command: picture in, text out, no shell' command

exits() {
	printf '#!/bin/sh\nexit 65\n' >bad
	printf '#!/bin/sh\nexit 3\n' >three
	printf '#!/bin/sh\necho x >>tries\ntest $(wc -l <tries) -gt 2 || exit 75\necho done\n' >later
	chmod +x bad three later
	for c in bad three; do
		status 1 dococr -q -e "exec:./$c" f/notice.png >out
		is rejected "$(got .ocr.error.code)"
	done
	dococr -q -e 'exec:./later' f/notice.png >out
	is ok "$(got .ocr.status)"
	is 3 "$(wc -l <tries)"
	status 1 dococr -q -e 'exec:./nosuch' f/notice.png >out
	is service "$(got .ocr.error.code)"
	clean
}
ok 'exit 65 is final, 75 is once more' exits

group() {
	# A child that ignores TERM and outlives its parent.
	cat >hang <<-'END'
		#!/bin/sh
		(trap '' TERM HUP; echo $$ >child; exec sleep 77) &
		sleep 77
	END
	chmod +x hang
	status 1 dococr -q -n 1 -W 1s -e 'exec:./hang' f/notice.png >out
	is service "$(got .ocr.error.code)"
	if pgrep -f 'sleep 77' >left; then cat left; return 1; fi
	printf '#!/bin/sh\nexec cat /dev/zero\n' >flood
	chmod +x flood
	status 1 dococr -q -n 1 -e 'exec:./flood' f/notice.png >out
	is error "$(got .ocr.status)"
	clean
}
ok 'a command that hangs dies with all its children; a flood ends' group

done_testing
