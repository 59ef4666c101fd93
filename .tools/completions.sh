#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Write the completions of bash, zsh and fish from the option tables.
#	completions.sh BIN_DIR OUT_DIR
# Choices are completed as words, DIR as folders, files elsewhere.
set -eu
bin=$1 out=$2
tab=$(printf '\t')
note='SPDX-License-Identifier: GPL-2.0-or-later'
made='Made by .tools/completions.sh from the option table of'

# The function of a command in the shells: docrun gc is _docrun_gc.
word() {
	echo "$1" | tr ' -' __
}

# Lines "letter|long|argument|help|choices"; the choices separated by blanks.
options() {
	# shellcheck disable=SC2086 # a verb is a word of its own
	"$bin"/$1 --dump-options | grep -v '^@' | tr '|' ' ' | tr "$tab" '|'
	echo '|version||show the version|'
}

# Case pattern of the options without choices whose argument is a DIR (or, with
# "-", something else).
pattern() {
	while IFS='|' read -r key name arg _ choices; do
		case $1:$arg:$choices in
		DIR:DIR:) ;;
		*:DIR:* | DIR:* | *::* | *:?*:?*) continue ;;
		esac
		echo "${key:+-$key | }--$name"
	done | sed '$!s/$/ | \\/; 2,$s/^/\t/'
}

# The commands inside a tool: `docrun gc`.
verbs() {
	case $1 in docrun) "$bin/$1" --dump-verbs | cut -f 1 ;; esac
}

bash_function() {
	cat <<END
_$(word "$1")() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
	local words=

	# "=" is a word of its own in bash.
	if [[ \$cur == '=' ]]; then
		cur=
	elif [[ \$prev == '=' ]]; then
		prev=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
END
	test -z "$(verbs "$1")" || cat <<END
	if ((COMP_CWORD > 1)); then
		case \${COMP_WORDS[1]} in
$(for v in $(verbs "$1"); do
		printf '\t\t%s) _%s; return ;;\n' "$v" "$(word "$1 $v")"
	done)
		esac
	fi
END
	echo "	case \$prev in"
	options "$1" | while IFS='|' read -r key name arg _ choices; do
		test -n "$choices" || continue
		echo "	${key:+-$key | }--$name)"
		echo "		words='$choices' ;;"
	done
	dirs=$(options "$1" | pattern DIR)
	test -z "$dirs" || cat <<END
	$dirs)
		mapfile -t COMPREPLY < <(compgen -d -- "\$cur")
		compopt -o filenames
		return ;;
END
	free=$(options "$1" | pattern -)
	test -z "$free" || cat <<END
	$free)
		return ;;
END
	echo "	*)"
	echo "		if [[ \$cur == -* ]]; then"
	echo "			words='"
	options "$1" | while IFS='|' read -r _ name arg _; do
		echo "				--$name${arg:+=}"
	done
	also=
	test -z "$(verbs "$1")" || also="
			((COMP_CWORD > 1)) || mapfile -t -O \${#COMPREPLY[@]} \\
				COMPREPLY < <(compgen -W '$(verbs "$1" |
		paste -sd ' ')' -- \"\$cur\")"
	cat <<END
			'
		else
			mapfile -t COMPREPLY < <(compgen -f -- "\$cur")$also
			compopt -o filenames
			return
		fi ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "\$words" -- "\$cur")
	[[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != *= ]] ||
		compopt -o nospace
}
END
}

bash_page() {
	echo "# $note"
	echo "# $made $1."
	for v in $(verbs "$1"); do
		bash_function "$1 $v"
	done
	bash_function "$1"
	echo "complete -F _$1 $1"
}

zsh_arguments() {
	echo "$2_arguments -s -S \\"
	options "$1" | while IFS='|' read -r key name arg help choices; do
		help=$(echo "$help" | sed "s/[][]/\\\\&/g; s/'/'\\\\''/g")
		# Roots may be given again.
		again=
		test "$name" != root || again='*'
		case $arg:$choices in
		:*) what= ;;
		*:?*) what=":$arg:($choices)" ;;
		DIR:) what=":$arg:_files -/" ;;
		*) what=":$arg: " ;;
		esac
		for form in ${key:+"-$key"} "--$name${arg:+=}"; do
			test "$form" != "-$key" || test -z "$arg" || form="$form+"
			echo "$2	'$again${form}[$help]$what' \\"
		done
	done
	echo "$2	'*:FILE:_files'"
}

zsh_page() {
	echo "#compdef $1"
	echo "# $note"
	echo "# $made $1."
	test -z "$(verbs "$1")" || {
		# shellcheck disable=SC2016 # zsh's
		echo 'case $words[2] in'
		for v in $(verbs "$1"); do
			printf '%s)\n\tshift words; ((CURRENT--))\n' "$v"
			zsh_arguments "$1 $v" '	'
			printf '\treturn ;;\nesac\n' | sed '$d'
		done
		echo 'esac'
		# shellcheck disable=SC2016 # zsh's
		printf '((CURRENT > 2)) || compadd -- %s\n' \
		    "$(verbs "$1" | paste -sd ' ')"
	}
	zsh_arguments "$1" ''
}

# fish_options COMMAND TOOL CONDITION
fish_options() {
	options "$1" | while IFS='|' read -r key name arg help choices; do
		help=$(echo "$help" | sed "s/'/\\\\'/g")
		case $arg:$choices in
		:*) what= ;;
		*:?*) what=" -x -a '$choices'" ;;
		DIR:) what=" -x -a '(__fish_complete_directories)'" ;;
		*) what=" -x" ;;
		esac
		echo "complete -c $2$3${key:+ -s $key} -l $name$what -d '$help'"
	done
}

fish_page() {
	echo "# $note"
	echo "# $made $1."
	all=$(verbs "$1" | paste -sd ' ')
	test -z "$all" || cat <<END
function __$1_verb
	__fish_seen_subcommand_from $all
end
END
	fish_options "$1" "$1" "${all:+ -n 'not __$1_verb'}"
	for v in $all; do
		echo "complete -c $1 -n __fish_use_subcommand -a $v -d '$(
			"$bin/$1" --dump-verbs | sed -n "s/^$v$tab//p")'"
		fish_options "$1 $v" "$1" \
		    " -n '__fish_seen_subcommand_from $v'"
	done
}

mkdir -p "$out/bash" "$out/zsh" "$out/fish"
for tool in doclist docscan doctext dococr docpreview docstore docfind \
    docprogress docrun docbox; do
	bash_page "$tool" >"$out/bash/$tool"
	zsh_page "$tool" >"$out/zsh/_$tool"
	fish_page "$tool" >"$out/fish/$tool.fish"
done
