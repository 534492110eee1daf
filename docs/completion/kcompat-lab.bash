# SPDX-License-Identifier: GPL-2.0-or-later
# Bash completion of kcompat-lab(8). tests/lab/completion.sh compares what it knows with the program.

_kcompat_lab_commands='list run check'
_kcompat_lab_general='help --help --version'

# A command's options; those with '=' take an argument.
_kcompat_lab_options()
{
	local guest='--modules= --append= --sysctl= --without-cap= --user-namespace --unprivileged --timeout=
		--boot-timeout= --memory= --qemu-dir= --fetch-qemu --guest-dir= --help'

	case $1 in
	list) echo '--help' ;;
	run) echo "$guest --add= --with= --dmesg --output=" ;;
	check) echo "$guest --quick --output= --jobs= --verbose" ;;
	esac
}

# The long option that a letter stands for, where it takes an argument.
_kcompat_lab_long()
{
	case $1/$2 in
	run/-m | check/-m) echo --modules ;;
	run/-o | check/-o) echo --output ;;
	check/-j) echo --jobs ;;
	*) echo "$2" ;;
	esac
}

# Puts into COMPREPLY what begins with $2 of the words $3, each behind the text $1.
_kcompat_lab_words()
{
	local word

	for word in $3; do
		[[ $word == "$2"* ]] && COMPREPLY+=("$1$word")
	done
}

# Offers the files, or with -d the directories, that begin with $2, each behind the text $1.
_kcompat_lab_files()
{
	local path

	while IFS= read -r path; do COMPREPLY+=("$1$path"); done < <(compgen "${3:--f}" -- "$2")
	compopt -o filenames 2> /dev/null
}

# The argument $3 of the option $2; $1 stands before it on the line.
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

# Kernels by name, architectures, and files of kernels.
_kcompat_lab_kernels()
{
	_kcompat_lab_words '' "$1" "$(kcompat-lab list 2> /dev/null | awk '{ print $1; if (!seen[$2]++) print $2 }')"
	[[ ${#COMPREPLY[@]} -gt 0 ]] || _kcompat_lab_files '' "$1"
}

_kcompat_lab()
{
	local cur=$2 command=${COMP_WORDS[1]-} previous=$3 word

	COMPREPLY=()
	# "--name=value" comes in three words.
	if [[ $cur == '=' ]]; then
		cur=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $COMP_CWORD -le 1 ]]; then
		_kcompat_lab_words '' "$cur" "$_kcompat_lab_commands $_kcompat_lab_general"
		return
	fi
	# What is behind "--" is the guest's program and its arguments.
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
	# What ends so goes on without a space.
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
	return 0
}

complete -F _kcompat_lab kcompat-lab
