#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A stage of one's own in five lines: adds `iban`, how many lines of the text,
# read or recognised, have what looks like an IBAN in them.
#
#	docrun -o RUN --stages=text,ocr,iban --stage iban=./find-iban.sh inbox
while IFS= read -r line; do
	n=$(printf '%s\n' "$line" | jq -r '.text.file?, .ocr.file? | select(.)' |
		xargs -rd '\n' cat | grep -cE '\b[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3}')
	printf '%s\n' "$line" | jq -c --argjson n "$n" 'if .type == "doc" then .iban = {status: "ok", lines: $n} else . end'
done
