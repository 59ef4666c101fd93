#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The live page of docprogress in a browser, where there is one: what it shows,
# and that a name it shows is nothing but a name.  And the metrics, as the
# program that collects them reads them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

fixtures letter.pdf damaged.pdf plain.txt
run='<img src=x onerror="document.body.id=1">'

# A run that hangs in its last stage, and its page at $where.
begin() {
	rm -rf "$run" err
	docrun -q -o "$run" --stages text,nap --stage nap='sleep 100' f &
	docrun=$!
	until jq -e '.stages[1].out == 3' "$run/status.json"; do
		kill -0 "$docrun"
		sleep 0.1
	done >said 2>&1
	docprogress -P none --wait --run="$run" --listen=127.0.0.1:0 >said \
	    2>err &
	until where=$(sed -n 's/.*listening at //p' err) && test "$where"; do
		sleep 0.05
	done
}

end() {
	kill "$docrun"
	wait "$docrun" || :
	wait
	clean
}

# browse.py URL SECONDS: the page as its script made it, once it shows stages.
cat >browse.py <<'PY'
import json, subprocess, sys, tempfile, time
from urllib.request import Request, urlopen

def call(method, path, **body):
    data = json.dumps(body).encode() if method == "POST" else None
    with urlopen(Request(base + path, data, method=method), timeout=60) as r:
        return json.load(r)["value"]

driver = subprocess.Popen(["chromedriver", "--port=0"], text=True,
                          stdout=subprocess.PIPE)
for line in driver.stdout:
    if " on port " in line and "successfully" in line:
        break
base = "http://127.0.0.1:" + line.rstrip(".\n").split()[-1]
session = None
try:
    with tempfile.TemporaryDirectory() as profile:
        # An empty profile, and nothing asked of the network.
        session = "/session/" + call("POST", "/session", capabilities={
            "alwaysMatch": {"goog:chromeOptions": {
                "binary": "/usr/bin/chromium", "args": [
                    "--headless", "--no-sandbox", "--disable-gpu",
                    "--disable-quic", "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update", "--disable-sync",
                    "--user-data-dir=" + profile]}}})["sessionId"]
        call("POST", session + "/url", url=sys.argv[1])
        for _ in range(600):
            if call("POST", session + "/execute/sync", args=[], script="return "
                    "document.getElementById('stages').children.length > 1"):
                break
            time.sleep(.1)
        print(call("GET", session + "/source"))
        call("DELETE", session)
finally:
    driver.terminate()
    driver.wait()
PY

page() {
	begin
	TMPDIR=$scratch status 0 python3 browse.py "$where" >dom 2>browser.err
	sed 's/</\n</g' dom >tags
	grep -q '^<p id="state" class="running"[^>]*>running' tags
	grep -qF '<dd>0 of 3' tags
	tr -d '\n' <dom | sed 's/<tr>/\n&/g' >rows
	for stage in doclist doctext; do
		grep -q "<td>$stage</td><td class=\"word\">[a-z ]*</td>$(
		    )<td>3</td><td>3</td>" rows
	done
	# The damaged one, in its colour.
	grep -qx '<td class="bad">1' tags
	# The name of the run is text, there and in the title.
	grep -qF '&lt;img src=x' tags
	if grep -qE '^<img|^<body id' tags; then return 1; fi
	end
}

if test -x /usr/bin/chromium && test -n "$(command -v chromedriver)"; then
	ok 'the page in a browser' page
else
	skip 'the page in a browser' 'no chromium with chromedriver'
fi

metrics() {
	begin
	python3 -c 'import sys, urllib.request as u
sys.stdout.buffer.write(u.urlopen(sys.argv[1] + "metrics").read())' \
	    "$where" >live.prom
	status 0 promtool check metrics <live.prom
	grep -qF 'docpipe_stage_documents_total{run="<img src=x onerror=\"' \
	    live.prom
	end
	status 0 docprogress -q --run="$run" --prom=run.prom >said
	status 0 promtool check metrics <run.prom
	grep -q '^docpipe_exit_status{.*} [1-9]' run.prom
}

if test -n "$(command -v promtool)"; then
	ok 'the metrics, read by promtool' metrics
else
	skip 'the metrics, read by promtool' 'no promtool'
fi

done_testing
