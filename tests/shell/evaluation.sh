# eval, source, aliases, command, type, exec.
cd "$(mktemp -d)" || exit 1
eval 'x=1; echo $x'; eval 'false'; echo "$?"; eval '('  2>/dev/null; echo "$?"
echo 'y=sourced; echo "$1"; return 4' > lib; . ./lib arg; echo "$? $y"
shopt -s expand_aliases
alias say='echo said'
say so
unalias say; say 2>/dev/null; echo "$?"
command -v cd; type -t if cd ls; builtin echo built; command echo plain
cd() { echo shadowed; }; cd; unset -f cd
set -o noglob; echo *; set +o noglob
printf '#!/bin/sh\necho "script $1 $0"\n' > s; chmod +x s; ./s arg
printf 'echo "no interpreter $1"\n' > t; chmod +x t; ./t arg
./missing 2>/dev/null; echo "$?"; : > plain; ./plain 2>/dev/null; echo "$?"; ./ 2>/dev/null; echo "$?"
nosuchcommand 2>/dev/null; echo "$?"
(exec echo replaced; echo no)
bash -c 'echo "$0 $1 $#"' name a b; echo 'echo from stdin $1' | bash -s arg
pushd /tmp >/dev/null; dirs -p | head -1; popd >/dev/null
set -- -a 1 -b; while getopts a:b o; do echo "$o ${OPTARG-}"; done
