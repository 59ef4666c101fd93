# SPDX-License-Identifier: GPL-2.0-or-later
# Made by .tools/completions.sh from the option table of docstore.
complete -c docstore -s f -l store -x -d 'the store (default: see docstore(1))'
complete -c docstore -s S -l spool -x -a '(__fish_complete_directories)' -d 'where the texts are'
complete -c docstore -s T -l tenant -x -d 'tenant of records that name none'
complete -c docstore -s n -l no-text -d 'keep records only, no index of their text'
complete -c docstore -s t -l max-text -x -d 'index no more of one text'
complete -c docstore -s c -l check -d 'look if the store is in order'
complete -c docstore -s b -l rebuild -d 'make the index anew from the texts'
complete -c docstore -s q -l quiet -d 'no warnings'
complete -c docstore -s h -l help -d 'show this help'
complete -c docstore -l version -d 'show the version'
