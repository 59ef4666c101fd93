# SPDX-License-Identifier: GPL-2.0-or-later
# Made by .tools/completions.sh from the option table of docprogress.
complete -c docprogress -s P -l progress -x -a 'auto tty plain none' -d 'a bar (tty), plain lines, or none'
complete -c docprogress -s n -l total -x -d 'inputs to come, for the estimate'
complete -c docprogress -s B -l total-bytes -x -d 'bytes to come, for the estimate'
complete -c docprogress -s q -l quiet -d 'no warnings'
complete -c docprogress -s h -l help -d 'show this help'
complete -c docprogress -l version -d 'show the version'
