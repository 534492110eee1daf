# SPDX-License-Identifier: GPL-2.0-or-later
# Bash completion for kcompat-lab(8). tests/lab/completion.sh compares these lists with the program.

_kcompat_lab_commands='list run check'
_kcompat_lab_general='help --help --version'

# The options of a command. Those with '=' take an argument.
_kcompat_lab_options()
{
	local guest='--modules= --append= --sysctl= --without-cap= --user-namespace --unprivileged --timeout=
		--boot-timeout= --memory= --qemu-dir= --fetch-qemu --offline --guest-dir= --help'

	case $1 in
	list) echo '--help' ;;
	run) echo "$guest --add= --with= --dmesg --output=" ;;
	check) echo "$guest --with= --quick --output= --jobs= --verbose" ;;
	esac
}

# The long form of a letter that takes an argument.
_kcompat_lab_long()
{
	case $1/$2 in
	run/-m | check/-m) echo --modules ;;
	run/-o | check/-o) echo --output ;;
	check/-j) echo --jobs ;;
	*) echo "$2" ;;
	esac
}

# Adds the words in $3 that start with $2 to COMPREPLY, each with the prefix $1.
_kcompat_lab_words()
{
	local word

	for word in $3; do
		[[ $word == "$2"* ]] && COMPREPLY+=("$1$word")
	done
}

# Offers the files (with -d: the directories) that start with $2, each with the prefix $1.
_kcompat_lab_files()
{
	local path

	while IFS= read -r path; do COMPREPLY+=("$1$path"); done < <(compgen "${3:--f}" -- "$2")
	compopt -o filenames 2> /dev/null
}

# Completes the argument $3 of the option $2. $1 is the text before it in the same word.
_kcompat_lab_argument()
{
	case $2 in
	--output | --qemu-dir | --guest-dir) _kcompat_lab_files "$1" "$3" -d ;;
	--add | --with) _kcompat_lab_files "$1" "$3" ;;
	--append) _kcompat_lab_words "$1" "$3" 'lockdown=integrity lockdown=confidentiality lsm=' ;;
	--sysctl) _kcompat_lab_words "$1" "$3" 'net.core.bpf_jit_enable=' ;;
	--without-cap) _kcompat_lab_words "$1" "$3" 'CAP_BPF CAP_PERFMON CAP_NET_ADMIN CAP_SYS_ADMIN' ;;
	esac
}

# Offers names of kernels, architectures, and kernel files.
_kcompat_lab_kernels()
{
	_kcompat_lab_words '' "$1" "$(kcompat-lab list 2> /dev/null | awk '{ print $1; if (!seen[$2]++) print $2 }')"
	[[ ${#COMPREPLY[@]} -gt 0 ]] || _kcompat_lab_files '' "$1"
}

_kcompat_lab()
{
	local cur=$2 command=${COMP_WORDS[1]-} previous=$3 word

	COMPREPLY=()
	# Bash splits "--name=value" into three words.
	if [[ $cur == '=' ]]; then
		cur=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $COMP_CWORD -le 1 ]]; then
		_kcompat_lab_words '' "$cur" "$_kcompat_lab_commands $_kcompat_lab_general"
		return
	fi
	# After "--", the words are the guest's program and its arguments.
	for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
		if [[ $word == -- ]]; then
			[[ $previous == -- ]] && _kcompat_lab_words '' "$cur" kcompat
			[[ ${#COMPREPLY[@]} -gt 0 ]] || _kcompat_lab_files '' "$cur"
			return
		fi
	done
	if [[ " $(_kcompat_lab_options "$command") " == *[[:space:]]"$(_kcompat_lab_long "$command" "$previous")="* ]]; then
		_kcompat_lab_argument '' "$(_kcompat_lab_long "$command" "$previous")" "$cur"
	elif [[ $cur == -* ]]; then
		_kcompat_lab_words '' "$cur" "$(_kcompat_lab_options "$command")"
	else
		_kcompat_lab_kernels "$cur"
	fi
	# No space after a word that needs more text.
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
	return 0
}

complete -F _kcompat_lab kcompat-lab
