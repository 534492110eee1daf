# SPDX-License-Identifier: GPL-2.0-or-later
# Bash completion for kcompat(8) and kcompat-lab(8). The program says what a word can become (kcompat complete).

_kcompat()
{
	# The complete word: $2 is only its part after the last ':', '=' or '@'. For a quoted word, $2 is all of it,
	# with its spaces.
	local line=${COMP_LINE:0:COMP_POINT} cur before word rest i
	local -a words

	COMPREPLY=()
	cur=${line##*[[:space:]]}
	cur=${cur#[\"\']}
	[[ $2 == *[[:space:]]* ]] && cur=$2
	read -ra words <<< "${line%"$cur"}"
	# The quote of a word that is not at its end.
	[[ ${#words[@]} -gt 1 && ${words[-1]} == [\"\'] ]] && unset 'words[-1]'
	while IFS=$'\t' read -r word rest; do
		case $word in
		:files | :directories)
			before=''
			[[ $cur == --*=* ]] && before=${cur%%=*}=
			while IFS= read -r word; do
				COMPREPLY+=("$before$word")
			done < <(compgen "$([[ $rest$word == :directories ]] && echo -d || echo -f)" -- "${cur#"$before"}")
			compopt -o filenames 2> /dev/null
			;;
		*) COMPREPLY+=("$word") ;;
		esac
	done < <("${words[0]}" complete -- "${words[@]:1}" "$cur" 2> /dev/null)
	# No space after a word that needs more text.
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:/\(] ]] && compopt -o nospace 2> /dev/null
	# Readline replaces only $2.
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"${cur%"$2"}"}
	done
}

complete -F _kcompat kcompat kcompat-lab
