# SPDX-License-Identifier: GPL-2.0-or-later
# Made by .tools/completions.sh from the option table of docbox.
complete -c docbox -s b -l runner -x -d 'what the stage runs in: bwrap, podman ...'
complete -c docbox -s S -l spool -x -a '(__fish_complete_directories)' -d 'keep results there'
complete -c docbox -s R -l root -x -a '(__fish_complete_directories)' -d 'open no document outside DIR'
complete -c docbox -s T -l tenant -x -d 'tenant of records that name none'
complete -c docbox -s o -l read-only -x -d 'the box may read that, too'
complete -c docbox -s w -l start-timeout -x -d 'a box that is not there by then is none'
complete -c docbox -s n -l starts -x -d 'so often a box is started'
complete -c docbox -s M -l max-output -x -d 'what one document may bring back'
complete -c docbox -s i -l inside -d 'be the half that runs inside'
complete -c docbox -s q -l quiet -d 'no warnings'
complete -c docbox -s h -l help -d 'show this help'
complete -c docbox -l version -d 'show the version'
