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

# Lines "letter|long|argument|help|choices"; the choices separated by blanks.
options() {
	"$bin/$1" --dump-options | grep -v '^@' | tr '|' ' ' | tr "$tab" '|'
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
		echo "-$key | --$name"
	done | paste -sd '|' | sed 's/|-/ | -/g'
}

bash_page() {
	cat <<END
# $note
# $made $1.
_$1() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
	local words=

	# "=" is a word of its own in bash.
	if [[ \$cur == '=' ]]; then
		cur=
	elif [[ \$prev == '=' ]]; then
		prev=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	case \$prev in
END
	options "$1" | while IFS='|' read -r key name arg _ choices; do
		test -n "$choices" || continue
		echo "	-$key | --$name)"
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
	cat <<END
			'
		else
			mapfile -t COMPREPLY < <(compgen -f -- "\$cur")
			compopt -o filenames
			return
		fi ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "\$words" -- "\$cur")
	[[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != *= ]] ||
		compopt -o nospace
}
complete -F _$1 $1
END
}

zsh_page() {
	echo "#compdef $1"
	echo "# $note"
	echo "# $made $1."
	echo "_arguments -s -S \\"
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
			echo "	'$again${form}[$help]$what' \\"
		done
	done
	echo "	'*:FILE:_files'"
}

fish_page() {
	echo "# $note"
	echo "# $made $1."
	options "$1" | while IFS='|' read -r key name arg help choices; do
		help=$(echo "$help" | sed "s/'/\\\\'/g")
		case $arg:$choices in
		:*) what= ;;
		*:?*) what=" -x -a '$choices'" ;;
		DIR:) what=" -x -a '(__fish_complete_directories)'" ;;
		*) what=" -x" ;;
		esac
		echo "complete -c $1${key:+ -s $key} -l $name$what -d '$help'"
	done
}

mkdir -p "$out/bash" "$out/zsh" "$out/fish"
for tool in doclist docscan doctext dococr docpreview docstore docfind \
    docprogress docrun; do
	bash_page "$tool" >"$out/bash/$tool"
	zsh_page "$tool" >"$out/zsh/_$tool"
	fish_page "$tool" >"$out/fish/$tool.fish"
done
