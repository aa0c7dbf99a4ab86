# complete, compopt and compgen.
complete -W 'foo bar' cmd; complete -F func -o nospace -A file 'other cmd'; complete -p cmd 'other cmd'
complete -p nothing 2>/dev/null; echo $?; complete -F func 2>/dev/null; echo $?; compopt -o nonsense cmd 2>/dev/null; echo $?
compopt -o filenames cmd; complete -p cmd; compopt cmd; complete -r cmd; complete -p cmd 2>/dev/null; echo $?
complete -D -f; complete -p -D; complete -r; complete
compgen -W 'apple "two words" banana $((1 + 1)) avocado' a; compgen -W 'a b'  z; echo $?
IFS=:; compgen -W 'x:y z:x\:w' x; unset IFS
fruit() { COMPREPLY=("$1" "$2" "${#COMP_WORDS[@]}" "$COMP_CWORD"); }; compgen -F fruit word 2>/dev/null; echo "${COMP_CWORD-unset}"
compgen -W 'some thing else' -X 's*'; compgen -W 'some thing else' -X '!s*'; compgen -P pre- -S -post -W 'a b'
compgen -A function fru; compgen -b prin; compgen -k whi; compgen -v BASH_VERSI; compgen -W '$((1 / 0))' 2>/dev/null
echo $?
