# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# compgen'; part <<'END OF PART'
compgen -W 'apple banana apricot' a; compgen -A function; f1() { :; }; compgen -A function f; touch foo fob; mkdir fdir; compgen -f fo | sort; compgen -d f; compgen -A shopt exp; compgen -b ca; compgen -k wh; compgen -v BASH_VERSI; compgen -W 'x y' -P pre- -S -suf; compgen -X '*a*' -W 'abc xyz'; compgen -A nothing; echo $?
END OF PART
echo '# complete'; part <<'END OF PART'
complete -W 'a b' cmd; complete -p; complete -F _f -o nospace foo; complete -p foo; complete -r cmd; complete -p cmd; echo $?; complete -D -F _d; complete -p | sort
END OF PART
rm -rf part
