# SPDX-License-Identifier: GPL-2.0-or-later
# Fish completion for kcompat(8) and kcompat-lab(8). The program says what a word can become (kcompat complete).

function __kcompat_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                __kcompat_paths "$current" __fish_complete_path
            case :directories
                __kcompat_paths "$current" __fish_complete_directories
            case '*'
                echo $line
        end
    end
end

# Names of files for what follows '=' in the word.
function __kcompat_paths
    set -l before (string match -r -- '^--[^=]*=' $argv[1])
    set -l path (string replace -r -- '^--[^=]*=' '' $argv[1])
    for found in ($argv[2] "$path")
        echo "$before$found"
    end
end

complete -c kcompat -f -a '(__kcompat_complete)'
complete -c kcompat-lab -f -a '(__kcompat_complete)'
