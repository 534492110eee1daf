# SPDX-License-Identifier: GPL-2.0-or-later
# Bash completion for kcompat(8). tests/cli/completion.sh compares these lists with the program.

_kcompat_commands='diff docs probe require scan show'
_kcompat_general='help --help --version'
_kcompat_parts='contexts kfuncs helpers program_types map_types attach_types link_types features
functions programs'
_kcompat_kinds='kfunc: helper: context: prog: map: link: attach: tracepoint: raw_tracepoint: lsm:
syscall: feature: tag: func: struct: union: typedef: enum: enumerator: cap: sysctl: active-lsm: config: any( all( not('
_kcompat_subjects='kfunc helper program_type context map_type attach_type link_type feature function'
# A name from the kernel follows those that end with '/'.
_kcompat_contexts='socket sk_reuseport sk_reuseport/migrate kprobe kprobe.multi kprobe.session uprobe
uprobe.s uprobe.multi uprobe.multi.s uprobe.session uprobe.session.s tc tcx/ingress tcx/egress
netkit/primary netkit/peer action tracepoint tracepoint.s raw_tracepoint raw_tracepoint.s
raw_tracepoint.w tp_btf tp_btf.s fentry fentry.s fexit fexit.s fmod_ret fmod_ret.s fsession fsession.s
fentry.multi fentry.multi.s fexit.multi fexit.multi.s fsession.multi fsession.multi.s iter/ iter.s/
lsm lsm.s lsm_cgroup struct_ops/ struct_ops.s/ freplace syscall xdp xdp.frags xdp/devmap
xdp.frags/devmap xdp/cpumap xdp.frags/cpumap perf_event lwt_in lwt_out lwt_xmit lwt_seg6local sockops
sk_skb sk_skb/stream_parser sk_skb/stream_verdict sk_skb/verdict sk_msg sk_lookup lirc_mode2
flow_dissector netfilter cgroup_skb/ingress cgroup_skb/egress cgroup/sock_create cgroup/sock_release
cgroup/post_bind4 cgroup/post_bind6 cgroup/bind4 cgroup/bind6 cgroup/connect4 cgroup/connect6
cgroup/connect_unix cgroup/sendmsg4 cgroup/sendmsg6 cgroup/sendmsg_unix cgroup/recvmsg4
cgroup/recvmsg6 cgroup/recvmsg_unix cgroup/getpeername4 cgroup/getpeername6 cgroup/getpeername_unix
cgroup/getsockname4 cgroup/getsockname6 cgroup/getsockname_unix cgroup/sysctl cgroup/getsockopt
cgroup/setsockopt cgroup/dev'

# The options of a command. Those with '=' take an argument.
_kcompat_options()
{
	case $1 in
	probe)
		echo '--json --jsonl --output= --only= --no-helpers --context= --discover --bare --search --attach --full --layout --run
			--addresses --verifier-log= --example= --root= --token= --threads= --stats --help'
		;;
	scan)
		echo '--json --jsonl --output= --name= --functions= --base= --debug= --no-modules --addresses
			--stats --verbose --help'
		;;
	show)
		echo '--kernel= --baseline= --json --markdown --deep --output= --pack --verbose --help'
		;;
	diff)
		echo '--name= --only= --exit-code --quiet --deep --json --output= --verbose --help'
		;;
	docs)
		echo '--update --check --kfunc= --program-type= --function= --index= --matrix= --html= --name= --csv
			--kernel= --baseline= --policy= --signature= --json --diff --output= --verbose --help'
		;;
	require)
		echo '--file= --kernel= --attach --token= --on-unknown= --exit-style= --format= --json --quiet --verbose --help'
		;;
	esac
}

# The long form of a letter that takes an argument.
_kcompat_long()
{
	case $1/$2 in
	probe/-o) echo --output ;;
	probe/-c) echo --context ;;
	scan/-o) echo --output ;;
	scan/-n) echo --name ;;
	show/-k) echo --kernel ;;
	show/-b) echo --baseline ;;
	show/-o | diff/-o) echo --output ;;
	diff/-n) echo --name ;;
	docs/-n) echo --name ;;
	docs/-b) echo --baseline ;;
	docs/-k) echo --kernel ;;
	docs/-p) echo --policy ;;
	docs/-s) echo --signature ;;
	docs/-o) echo --output ;;
	require/-f) echo --file ;;
	require/-k) echo --kernel ;;
	*) echo "$2" ;;
	esac
}

# Adds the words in $3 that start with $2 to COMPREPLY, each with the prefix $1.
_kcompat_words()
{
	local word

	for word in $3; do
		[[ $word == "$2"* ]] && COMPREPLY+=("$1$word")
	done
}

# Offers the files that start with $2, each with the prefix $1.
_kcompat_files()
{
	local path

	while IFS= read -r path; do COMPREPLY+=("$1$path"); done < <(compgen -f -- "$2")
	compopt -o filenames 2> /dev/null
}

# Completes the argument $3 of the option $2 of the command $1. $4 is the text before it in the same word.
_kcompat_argument()
{
	local before=$4 path

	case $1$2 in
	probe--only) _kcompat_words "$before${3%"${3##*,}"}" "${3##*,}" "$_kcompat_parts" ;;
	diff--only) _kcompat_words "$before${3%"${3##*,}"}" "${3##*,}" "$_kcompat_subjects" ;;
	show--kernel | docs--kernel)
		_kcompat_words "$before" "$3" 'live shipped'
		_kcompat_files "$before" "$3"
		;;
	probe--context) _kcompat_words "$before" "$3" "$_kcompat_contexts" ;;
	probe--verifier-log)
		[[ $3 == *@* ]] && _kcompat_words "$before${3%%@*}@" "${3#*@}" "$_kcompat_contexts"
		;;
	probe--root | docs--html)
		while IFS= read -r path; do COMPREPLY+=("$before$path"); done < <(compgen -d -- "$3")
		;;
	probe--output | scan--output | scan--functions | scan--base | scan--debug | require--file | require--kernel | show--output | diff--output | docs--output)
		_kcompat_files "$before" "$3"
		;;
	docs--policy) _kcompat_words "$before" "$3" 'loadable hook' ;;
	docs--index) _kcompat_words "$before" "$3" kfuncs ;;
	docs--matrix) _kcompat_words "$before" "$3" 'functions kfuncs' ;;
	docs--signature) _kcompat_words "$before" "$3" 'compat c' ;;
	require--on-unknown) _kcompat_words "$before" "$3" 'pass fail' ;;
	require--exit-style) _kcompat_words "$before" "$3" 'plain systemd nagios' ;;
	require--format) _kcompat_words "$before" "$3" 'text json env c' ;;
	esac
}

# Completes a requirement. Completes only the last part of any(A, B), and the text after '?'.
_kcompat_requirement()
{
	local last=${1##*[(,?[:space:]]}
	local before=${1%"$last"}

	case $last in
	kfunc:*@* | helper:*@*) _kcompat_words "$before${last%%@*}@" "${last#*@}" "$_kcompat_contexts" ;;
	context:*) _kcompat_words "${before}context:" "${last#context:}" "$_kcompat_contexts" ;;
	*) _kcompat_words "$before" "$last" "$_kcompat_kinds" ;;
	esac
}

_kcompat()
{
	# cur is the complete word. $2 is only the part after the last ':', '=' or '@'. For a quoted word, $2 is
	# the complete word, with its spaces.
	local line=${COMP_LINE:0:COMP_POINT} cur command previous i
	local -a words

	COMPREPLY=()
	cur=${line##*[[:space:]]}
	read -ra words <<< "${line%"$cur"}"
	command=${words[1]-}
	previous=${words[${#words[@]} - 1]}
	cur=${cur#[\"\']}
	[[ $2 == *[[:space:]]* ]] && cur=$2
	if [[ ${#words[@]} -le 1 ]]; then
		_kcompat_words '' "$cur" "$_kcompat_commands $_kcompat_general"
	elif [[ $cur == --*=* ]]; then
		_kcompat_argument "$command" "${cur%%=*}" "${cur#*=}" "${cur%%=*}="
	elif [[ " $(_kcompat_options "$command") " == *[[:space:]]"$(_kcompat_long "$command" "$previous")="* ]]; then
		_kcompat_argument "$command" "$(_kcompat_long "$command" "$previous")" "$cur" ''
	elif [[ $cur == -* ]]; then
		_kcompat_words '' "$cur" "$(_kcompat_options "$command")"
	elif [[ $command == scan || $command == docs ]]; then
		_kcompat_files '' "$cur"
	elif [[ $command == diff ]]; then
		_kcompat_words '' "$cur" live
		_kcompat_files '' "$cur"
	elif [[ $command == require ]]; then
		_kcompat_requirement "$cur"
	fi
	# No space after a word that needs more text.
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:/\(] ]] && compopt -o nospace 2> /dev/null
	# Readline replaces only $2.
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"${cur%"$2"}"}
	done
}

complete -F _kcompat kcompat
