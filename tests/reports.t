#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a run says afterwards: reports for people and for CI.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# Debian's own, which has python3-jsonschema.
python=/usr/bin/python3

fixtures letter.pdf locked.pdf damaged.pdf mail.eml plain.txt marked.zip \
    marker.ndb
mkdir db
mv f/marker.ndb db
# Names that are markup, not UTF-8, or play with the terminal.
cp f/locked.pdf "f/<&\"'>:%20 ö.pdf"
cp f/locked.pdf "f/$(printf 'bad\377\033[31m\n\342\200\256\357\277\277.pdf')"

whole() {
	status 1 docrun -q -o RUN --db db --junit junit.xml --sarif log.sarif f
	# Nothing is left beside them.
	is "junit.xml log.sarif" "$(echo junit* log.*)"
	status 1 docrun report -q -j again.xml -s again.sarif RUN
	cmp junit.xml again.xml
	cmp log.sarif again.sarif
	status 1 docrun report --junit=- RUN >out
	cmp junit.xml out
	status 1 docrun report --sarif=- RUN/out.ndjson >out
	cmp log.sarif out
}
ok 'docrun and docrun report write the same' whole

# --- forms -------------------------------------------------------------------

# What JUnit.xsd (Ant, kept by Windy Road) and junit-10.xsd (Jenkins) both
# accept of what we use.
cat >junit.xsd <<'END'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="name"><xs:restriction base="xs:token">
 <xs:minLength value="1"/></xs:restriction></xs:simpleType>
<xs:simpleType name="stamp"><xs:restriction base="xs:dateTime">
 <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"/>
 </xs:restriction></xs:simpleType>
<xs:complexType name="trouble"><xs:simpleContent>
 <xs:extension base="xs:string">
  <xs:attribute name="message" type="xs:string"/>
  <xs:attribute name="type" type="xs:string" use="required"/>
 </xs:extension></xs:simpleContent></xs:complexType>
<xs:element name="testsuites"><xs:complexType><xs:sequence>
 <xs:element name="testsuite" minOccurs="0" maxOccurs="unbounded">
 <xs:complexType><xs:sequence>
  <xs:element name="properties"><xs:complexType/></xs:element>
  <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded">
  <xs:complexType><xs:choice minOccurs="0">
   <xs:element name="error" type="trouble"/>
   <xs:element name="failure" type="trouble"/></xs:choice>
   <xs:attribute name="name" type="xs:token" use="required"/>
   <xs:attribute name="classname" type="xs:token" use="required"/>
   <xs:attribute name="time" type="xs:decimal" use="required"/>
  </xs:complexType></xs:element>
  <xs:element name="system-out" type="xs:string"/>
  <xs:element name="system-err" type="xs:string"/></xs:sequence>
  <xs:attribute name="name" type="name" use="required"/>
  <xs:attribute name="timestamp" type="stamp" use="required"/>
  <xs:attribute name="hostname" type="name" use="required"/>
  <xs:attribute name="tests" type="xs:int" use="required"/>
  <xs:attribute name="failures" type="xs:int" use="required"/>
  <xs:attribute name="errors" type="xs:int" use="required"/>
  <xs:attribute name="time" type="xs:decimal" use="required"/>
  <xs:attribute name="package" type="xs:token" use="required"/>
  <xs:attribute name="id" type="xs:int" use="required"/>
 </xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>
END

cat >junit.py <<'END'
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
suite, cases = root[0], root.findall(".//testcase")
for tag, count in ("testcase", "tests"), ("failure", "failures"), \
        ("error", "errors"):
    assert int(suite.get(count)) == len(root.findall(".//" + tag)), count
print(*(suite.get(k) for k in ("tests", "failures", "errors")))
for c in cases:
    for trouble in c:
        print(c.get("classname"), c.get("name"), trouble.tag,
              trouble.get("type"), sep="\t")
END

junit() {
	xmllint --noout --schema junit.xsd junit.xml
	$python junit.py junit.xml >got
	n=$(recs .id RUN/out.ndjson | wc -l)
	is "$n 0 4" "$(head -n 1 got)"
	grep -qx "docpipe.default	f/damaged.pdf	error	input/damaged" got
	grep -qF "docpipe.default	f/<&\"'>:%20 ö.pdf	error	input/enc" got
	# Not asked for: passes.
	status 0 docrun report -F none -j none.xml RUN
	is "$n 0 0" "$($python junit.py none.xml)"
	status 1 docrun report -F infected,partial -j inf.xml RUN
	xmllint --noout --schema junit.xsd inf.xml
	$python junit.py inf.xml >got
	is "$n 4 0" "$(head -n 1 got)"
	is 1 "$(grep -c 'marked.txt	failure	infected' got)"
	is 3 "$(grep -c '	failure	partial/encrypted' got)"
}
if test -n "$(command -v xmllint)"; then
	ok 'JUnit: valid, and what --fail-on asks for' junit
else
	skip 'JUnit: valid, and what --fail-on asks for' 'no xmllint'
fi

# What sarif-schema-2.1.0.json demands of what we use; nothing else may be there.
cat >sarif.py <<'END'
import json, sys, urllib.parse
import jsonschema

def thing(required, **has):
    return dict(type="object", additionalProperties=False,
                required=required.split(), properties=has)
string, whole = dict(type="string"), dict(type="integer", minimum=0)
text = thing("text", text=dict(type="string", minLength=1))
level = dict(enum=["none", "note", "warning", "error"])
def some(it, **more):
    return dict(type="array", items=it, **more)
result = thing(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=string, ruleIndex=whole, level=level, message=text,
    locations=some(thing("physicalLocation",
        physicalLocation=thing("artifactLocation", artifactLocation=thing(
            "uri", uri=dict(type="string", format="uri-reference"))),
        logicalLocations=some(thing("fullyQualifiedName",
            fullyQualifiedName=string, kind=string), uniqueItems=True)),
        minItems=1),
    partialFingerprints=dict(type="object", additionalProperties=string),
    properties=dict(type="object"))
schema = thing("version runs", **{
    "$schema": dict(type="string", format="uri"),
    "version": dict(enum=["2.1.0"]),
    "runs": some(thing("tool results",
        tool=thing("driver", driver=thing("name", name=string, version=string,
            semanticVersion=dict(type="string", pattern=r"^\d+\.\d+\.\d+"),
            rules=some(thing("id", id=string, shortDescription=text,
                defaultConfiguration=thing("level", level=level)),
                uniqueItems=True))),
        results=some(result),
        invocations=some(thing("executionSuccessful",
            executionSuccessful=dict(type="boolean"),
            toolExecutionNotifications=some(thing("message", level=level,
                message=text))))))})
jsonschema.Draft7Validator.check_schema(schema)
with open(sys.argv[1]) as f:
    log = json.load(f)
jsonschema.Draft7Validator(schema).validate(log)
rules = [r["id"] for r in log["runs"][0]["tool"]["driver"]["rules"]]
assert len(set(rules)) == len(rules) > 70
for r in log["runs"][0]["results"]:
    assert rules[r["ruleIndex"]] == r["ruleId"], r
    at = r["locations"][0]
    uri = at["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii() and not set(uri) & set(' "<>\\^`{|}'), uri
    name = urllib.parse.unquote_to_bytes(urllib.parse.urlsplit(uri).path)
    with open(name, "rb"):
        pass
    print(r["level"], r["ruleId"],
          at.get("logicalLocations", [{}])[0].get("fullyQualifiedName", "-"))
END

sarif() {
	$python sarif.py log.sarif | sort >got
	cat >want <<-'END'
	error infected f/marked.zip > level1.zip > level0.zip > marked.txt
	error input/damaged -
	error input/encrypted -
	error input/encrypted -
	error input/encrypted -
	warning partial/encrypted -
	warning partial/encrypted -
	warning partial/encrypted -
	END
	diff -u want got
	# An absolute path is a file: URI, and opens as well.
	docrun -q -o ABS --db db --stages scan --sarif abs.sarif "$PWD/f" || :
	$python sarif.py abs.sarif >got
	grep -q 'file:///' abs.sarif
}
if "$python" -c 'import jsonschema' 2>/dev/null; then
	ok 'SARIF: valid, and each URI names its file' sarif
else
	skip 'SARIF: valid, and each URI names its file' 'no python3-jsonschema'
fi

harmless() {
	status 1 docrun report -y RUN >table
	status 1 docrun report RUN >counts
	for it in junit.xml log.sarif table counts; do
		# Newline is the only control character, and none turns the text.
		is "" "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <$it)"
		if grep -q "$(printf '\342\200\256')" $it &&
		    test $it != log.sarif; then return 1; fi
	done
	grep -q '^VERDICT ' table
}
ok 'names of strangers play with no terminal' harmless

counts() {
	status 1 docrun report -J RUN >out
	lines 1 out
	# Against jq, which counts for itself.
	jq -se --slurpfile got out 'map(select(.type == "doc")) as $d |
	    $got[0] | .complete and .documents == ($d | length) and
	    .bytes == ($d | map(.size) | add) and
	    .members == ($d | map(select(.parent)) | length) and
	    .stages.text.error == ($d | map(select(.text.status == "error")) |
		length) and
	    .verdicts.infected == 1 and .found.infected == 1 and
	    .tenants.default == .documents and
	    (.media | add) == .documents' RUN/out.ndjson
	grep -q '^text  *[0-9]' counts
	status 0 docrun report -F none RUN >out
	status 1 docrun report -F infected RUN >out
	status 2 docrun report -F infected,nothing RUN >out 2>err
	status 2 docrun report >out 2>err
	status 3 docrun report nowhere >out 2>err
	mkdir empty
	status 3 docrun report empty >out 2>err
	grep -q 'no run directory' err
}
ok 'counts, and the gate once more' counts

# --- runs that are not whole -------------------------------------------------

cut_short() {
	mkdir CUT
	head -n 3 RUN/out.ndjson >CUT/out.ndjson
	printf '{"v":1,"type":"do' >>CUT/out.ndjson
	status 3 docrun report -J CUT >out 2>err
	grep -q 'not complete' err
	jq -e '.documents == 3 and (.complete | not)' out
	status 3 docrun report -j cut.xml -s cut.sarif CUT 2>err
	$python junit.py cut.xml >got
	grep -q 'docrun	error	system/stream' got
	jq -e '.runs[0].invocations[0].executionSuccessful == false' cut.sarif
	# In a file that is no run's, it is a broken line.
	status 3 docrun report CUT/out.ndjson >out 2>err
	grep -q 'line 4' err
}
ok 'a run that is not complete never looks fine' cut_short

late() {
	status 3 docrun -q -o LATE --db db --deadline 1ms --junit late.xml f \
	    2>err
	grep -q 'the run is not complete' late.xml
	status 1 docrun -q --resume LATE --deadline 10m
	status 1 docrun report -j want.xml LATE
	sed 's/timestamp="[^"]*"//' want.xml >want
	sed 's/timestamp="[^"]*"//' late.xml | diff - want
}
ok 'a run that was gone on with reports like any other' late

full() {
	echo before >keep.xml
	got=0
	(ulimit -f 1; trap '' XFSZ
	    docrun report -q -j keep.xml -s keep.sarif RUN 2>err) || got=$?
	is 3 "$got"
	is before "$(cat keep.xml)"
	is keep.xml "$(echo keep*)"
	status 3 docrun report -q -j /dev/full RUN 2>err
	status 3 docrun report -q -j nowhere/x RUN 2>err
}
ok 'what cannot be written whole is not written' full

# Their number makes no difference to memory.
cat >many.py <<'END'
line = '{"v":1,"type":"doc","id":"%032x","tenant":"t%d","path":"in/%d",' \
    '"size":10,"media":"text/plain","text":{"status":"%s"%s}}'
bad = ',"error":{"class":"crash","code":"segv","msg":"m"}'
for i in range(200000):
    print(line % (i, i % 5000, i, *(("ok", "") if i % 9 else ("error", bad))))
print('{"v":1,"type":"end","stage":"doctext","in":200000,"out":200000}')
END

many() {
	$python many.py >many.ndjson
	(test "${DOC_SANITIZED:-}" || ulimit -v 60000
	    status 1 docrun report -J -j many.xml -s many.sarif \
		many.ndjson >out)
	jq -e '.documents == 200000 and .found["crash/segv"] == 22223 and
	    .tenants.other > 100000' out
	is 22223 "$(grep -c '^<error' many.xml)"
	rm many*
}
ok '200,000 documents' many

# --- while it runs -----------------------------------------------------------

events() {
	status 1 docrun -q -o EV --db db --stages scan,text --events ev f
	is 'run-start run-end' "$(jq -r .type ev | sed -n '1p;$p' | xargs)"
	jq -e '.status == 1 and .documents > 8' <<-END
	$(tail -n 1 ev)
	END
	# As many, and the same, as the records say.
	jq -r 'select(.type == "doc-error") | .id' ev | sort >got
	recs 'select([.scan, .text] | any(.status == "error" or
	    .status == "partial" or .verdict == "infected")).id' \
	    EV/out.ndjson | sort >want
	diff -u want got
	is 'doclist docscan doctext' "$(jq -r 'select(.type == "stage-exit") |
	    .stage' ev | sort | xargs)"
	any '.type == "progress" and .v == 1 and .stages' ev
	# Gone on with: appended, and of this session.
	status 1 docrun -q -o EV --db db --stages scan,text --events fd:3 f 3>>ev
	is 2 "$(jq -r 'select(.type == "run-end").status' ev | wc -l)"
	status 1 docrun -q --resume EV
	is 2 "$(jq -r 'select(.type == "run-end").status' ev | wc -l)"
	status 2 docrun -q -o EV2 --events fd:x f 2>err
	status 3 docrun -q -o EV2 --events fd:77 f 2>err
	mkfifo unread
	status 3 docrun -q -o EV2 --events unread f 2>err
	test ! -e EV2
}
ok '--events' events

# 4 KiB go in, and nobody takes them out.
deaf() {
	for i in $(seq 30); do cp f/damaged.pdf "f/$i.pdf"; done
	exec 5<>unread
	python3 -c 'import fcntl; fcntl.fcntl(5, 1031, 4096)'
	status 1 docrun -q -o DEAF --db db --stages text --events unread f
	timeout 1 head -c 4096 <&5 >got || :
	exec 5<&-
	head -n 1 got | jq -e '.type == "run-start"'
	n=$(recs .id DEAF/out.ndjson | wc -l)
	jq -e --argjson n "$n" 'select(.type == "end") | .out == $n' \
	    DEAF/out.ndjson
	# One who goes away is no trouble either.
	(status 1 docrun -q -o DEAF2 --db db --stages text --events fd:3 f \
	    3>&1 >said; echo $? >ended) | head -n 1 >got
	is 0 "$(cat ended)"
}
ok 'nobody who listens holds up the run' deaf

# --- two runs ----------------------------------------------------------------

# changed FILTER: the records as they would be then.
changed() {
	jq -c "if .type == \"doc\" then $1 else . end" RUN/out.ndjson >B
}

# differs STATUS WANT: the kinds, stages and who is worse.
differs() {
	status "$1" docrun diff -J RUN B >out
	jq -r 'select(.type == "difference") |
	    [.kind, .stage // "-", .worse, (.member // [.path] | last)] |
	    join(" ")' out | sort >got
	printf '%s' "$2" | sort | diff -u - got
	jq -e 'select(.type == "difference-end") | (.differences | add) as $n |
	    $n == '"$(wc -l <got)" out
}

is_at() {
	echo "if .path | endswith(\"$1\") then $2 else . end"
}

differences() {
	changed .
	differs 0 ''
	changed "$(is_at letter.pdf '.text.chars = 10')"
	differs 1 'text - true f/letter.pdf
'
	changed "$(is_at letter.pdf '.text.chars += 2')"
	differs 0 ''
	changed "$(is_at letter.pdf '.text.chars = 10 | .sha256 = "0"')"
	differs 0 'content - false f/letter.pdf
text - false f/letter.pdf
'
	changed "$(is_at plain.txt '.scan.verdict = "infected"')"
	differs 1 'verdict scan true f/plain.txt
'
	changed "$(is_at marked.zip 'if .scan.verdict == "infected" then
	    .scan.verdict = "clean" else . end')"
	differs 1 'verdict scan true marked.txt
'
	changed "$(is_at letter.pdf '.preview = {status: "error", error:
	    {class: "crash", code: "segv", msg: "m"}}')"
	differs 1 'status preview true f/letter.pdf
'
	changed "$(is_at damaged.pdf '.text = {status: "ok", chars: 9}')"
	differs 0 'status text false f/damaged.pdf
text - false f/damaged.pdf
'
	changed "$(is_at letter.pdf 'del(.preview)')"
	differs 1 'status preview true f/letter.pdf
'
	changed "$(is_at letter.pdf '.own = {status: "ok"}')"
	differs 0 'status own false f/letter.pdf
'
	changed "$(is_at plain.txt '.media = "application/octet-stream"')"
	differs 1 'type - true f/plain.txt
'
	changed "$(is_at plain.txt '.id = "0"')"
	differs 1 'new - false f/plain.txt
gone - true f/plain.txt
'
}
ok 'differences of two runs, and which are worse' differences

for_people() {
	changed "$(is_at letter.pdf 'del(.text)')"
	status 1 docrun --diff RUN B >out
	grep -q '^worse status *text *ok *nothing *f/letter.pdf' out
	tail -n 1 out | grep -q ' 2 differences, 2 of them worse'
	status 1 docrun diff -q RUN B >out
	test ! -s out
	status 0 docrun diff -w B RUN >out
	lines 1 out
	# The same again, from other places and in another order.
	(grep '"doc"' RUN/out.ndjson | sort; grep '"end"' RUN/out.ndjson) >C
	status 0 docrun diff -J RUN C >out
	lines 1 out
	status 3 docrun diff RUN CUT >out 2>err
	status 3 docrun diff RUN nowhere >out 2>err
	status 2 docrun diff RUN >out 2>err
	# Of the same name given twice.
	docrun -q -o TWICE --db db -g text f/plain.txt f/plain.txt
	status 0 docrun diff TWICE TWICE >out
	sed 1d TWICE/out.ndjson >C
	status 1 docrun diff TWICE C >out
	is 1 "$(grep -c 'worse gone' out)"
}
ok 'a table for people, a status for scripts' for_people

# --- is it what it says it is? -----------------------------------------------

# verified STATUS PATTERN...: of a run V; a problem for each pattern, no other.
verified() {
	problems V "$@"
	shift
	jq -se '.[-1].type == "verified" and .[-1].problems == '$# out
}

# A copy of the run RUN as V; its records name the files in RUN.
again() {
	rm -rf V
	cp -R RUN V
	sed -i 's|"command":\["docrun",|&"--spool='"$PWD"'/RUN/spool",|' V/run.json
}

sound() {
	status 0 docrun verify RUN >out
	n=$(recs .id RUN/out.ndjson | wc -l)
	grep -q "^$n documents, .*: 0 problems$" out
	files=$(recs '.data, .text.file, .ocr.file, .preview.file | select(.)' \
	    RUN/out.ndjson | wc -l)
	status 0 docrun verify -J RUN >out
	jq -e --argjson n "$files" '.complete and .files == $n' out
	status 0 docrun verify --quick RUN >out
	status 2 docrun verify empty >out 2>err
	status 2 docrun verify nowhere >out 2>err
	# A docrun that works there is in the way.
	(
		flock 9
		status 2 docrun verify RUN >out 2>err
	) 9>>RUN/lock
	grep -q 'at work' err
	again
	verified 0
}
ok 'a sound run' sound

unsound() {
	again
	# Each byte of the records is covered, of end records too.
	sed -i 's/"words":25/"words":26/' V/out.ndjson
	verified 1 'out.ndjson:[0-9]* another record'
	again
	sed -i '$s/"out":/"out":1/' V/out.ndjson
	verified 1 'out.ndjson the end records'
	again
	echo '{"v":1,"type":"note"}' >>V/out.ndjson
	verified 1 'out.ndjson the end records'
	again
	sed -i '4d' V/out.ndjson
	status 1 docrun verify -q V
	again
	sed -i '3s/^./x/' V/journal
	verified 1 'journal damaged from byte'
	again
	echo broken >V/run.json
	status 1 docrun verify V >out
	grep -q '^run.json: ' out
}
ok 'records, journal and settings that were changed' unsound

# One file of the run after the other.
artifacts() {
	for what in .data .text.file .preview.file; do
		file=$(recs "select(.path | endswith(\"mail.eml\")) | $what |
		    select(.)" RUN/out.ndjson | head -n 1)
		cp "$file" kept
		printf X | dd of="$file" conv=notrunc 2>dd.err
		again
		verified 1 'another digest'
		status 0 docrun verify --quick V >out
		echo >>"$file"
		verified 1 'another size'
		rm "$file"
		verified 1 'No such file'
		ln -s /etc/passwd "$file"
		verified 1 'symbolic'
		rm "$file"
		mkfifo "$file"
		verified 1 'not a regular file'
		rm "$file"
		mv kept "$file"
	done
	# What lies outside is not opened.
	again
	rm -r V/spool
	sed -i 's|"--spool=[^"]*",|"--spool=/nowhere",|' V/run.json
	status 1 docrun verify V >out
	grep -q 'outside the spool' out
	if grep -q 'another' out; then return 1; fi
	status 0 docrun verify RUN >out
}
ok 'files of the spool that were changed' artifacts

# Runs that were stopped, gone on with, and had files taken away.
lives() {
	cp -R f g
	status 3 docrun -q -o LIFE --db db --deadline 1ms g 2>err
	status 3 docrun verify LIFE >out
	grep -q 'not complete' out
	status 1 docrun -q --resume LIFE --deadline 10m
	status 0 docrun verify LIFE >out
	rm g/plain.txt
	cp g/letter.pdf g/locked.pdf
	status 1 docrun -q --resume LIFE --deadline 10m
	status 0 docrun verify LIFE >out
	truncate -s -1 LIFE/journal
	status 3 docrun verify LIFE >out
}
ok 'runs with a past' lives

done_testing
