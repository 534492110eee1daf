# SPDX-License-Identifier: GPL-2.0-or-later
# usage: zsh -f zsh_complete.zsh LINE
# Prints what a Tab at the end of the line makes of it, in an interactive zsh with the completion of docs/completion.
zmodload zsh/zpty || exit 2
zpty -b inner zsh -f
# what COMMAND: runs it inside.
run() { zpty -w inner "$1"; }
run 'PS1= PS2= RPS1= fpath=(docs/completion $fpath)'
run 'autoload -Uz compinit && compinit -D'
run 'unsetopt zle_bracketed_paste; unset zle_bracketed_paste'
run 'show-line() { print -r -- "<line>$BUFFER</line>"; BUFFER=""; zle accept-line }; zle -N show-line; bindkey "^X" show-line; print rea""dy'
zpty -r inner seen '*ready*' || exit 2
zpty -w -n inner "$1"$'\t'
sleep 1
zpty -w -n inner $'\x18'
zpty -r inner seen '*</line>*' || exit 2
seen=${seen##*<line>}
print -r -- "${seen%%</line>*}"
zpty -d inner
