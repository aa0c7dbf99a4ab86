# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# ifs1'; part <<'END OF PART'
IFS=:; x=a:b::c:; set -- $x; echo $#; printf '<%s>' "$@"; echo; x=:a; set -- $x; echo $#; IFS=' :'; x=' a : b  :c '; set -- $x; printf '<%s>' "$@"; echo; IFS=; set -- $x; echo $#; unset IFS; set -- $x; echo $#
END OF PART
echo '# ifs2'; part <<'END OF PART'
IFS=,; set -- a b c; echo "$*" $* "$@"; IFS=; echo "$*" $*; unset IFS; echo "$*"; IFS=xy; echo "$*"; a=(1 2 3); echo "${a[*]}"; IFS=; echo "${a[*]}"; y=${a[*]}; echo "$y"; z=$*; echo "$z"
END OF PART
echo '# ifs-read'; part <<'END OF PART'
printf 'a:b:c:d\n' | { IFS=: read x y z; echo "$x|$y|$z"; }; printf '  a  b  c  \n' | { read x y; echo "[$x][$y]"; }; printf ':a:\n' | { IFS=: read x y; echo "[$x][$y]"; }; printf 'a:b:\n' | { IFS=: read x y; echo "[$x][$y]"; }; printf 'a:b::\n' | { IFS=: read x y; echo "[$x][$y]"; }; printf ' a \n' | { IFS= read -r x; echo "[$x]"; }; printf 'a\\ b c\n' | { read x y; echo "[$x][$y]"; }; printf 'a\\\nb\n' | { read x; echo "[$x]"; }; printf 'x y z' | { read -a arr; echo $? "${arr[@]}"; }; read -r -d '' v <<< $'a\nb'; echo "$? [$v]"; read -n 3 v <<< abcdef; echo $v; read -N 4 v <<< $'a\nbcd'; echo "[$v]"; echo ab | { read -n1 a; read -n1 b; read c; echo "$a,$b,$c,$?"; }
END OF PART
echo '# ifs-nonws'; part <<'END OF PART'
IFS='- '; v='a - b - - c--d'; set -- $v; printf '<%s>' "$@"; echo; IFS=$'\n'; v=$'a\n\nb\n'; set -- $v; printf '<%s>' "$@"; echo
END OF PART
echo '# p1'; part <<'END OF PART'
echo "${@:-none}" "${*-none}"; set -- "" ""; echo "${@:-none}|" "${#@}" "${@+set}"; for i in "$@"; do echo "<$i>"; done; set -- a "b c" d; for i in $*; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done; x=("$@"); echo ${#x[@]}; y=$@; echo "$y"; set --; echo "<$*>" "<$@>"; for i in "$@"; do echo never; done; z="x$@y"; echo $z
END OF PART
echo '# p2'; part <<'END OF PART'
set -- 1 2 3; echo "a$@b"; echo "a${@}b" "$@$@"; printf '[%s]' "pre $@ post"; echo; IFS=-; echo "$*"; echo $*; x="$*"; echo "$x"; printf '[%s]' $*; echo; set -- 'a-b' c; printf '[%s]' $* "$*"; echo
END OF PART
echo '# p3'; part <<'END OF PART'
unset x; echo ${x:=abc} ${#x} ${x:+${x:1}} ${x:-${y:-z}}; echo "${x#a}${x%c}"; v=x; echo "${!v}" "${!v:1:1}"; echo ${x:$((1)):${#x}-2}; a=(1 2 3 4 5); echo ${a[@]:1:3} ${a[*]: -2} ${a[${#a[@]}-1]} ${a[-1]}; i=1; echo ${a[i]} ${a[$i+1]} ${a[i++]} $i
END OF PART
echo '# p4'; part <<'END OF PART'
x='a b  c'; printf '[%s]' $x "$x" ${x// /_} "${x/ /-}"; echo; printf '[%s]' ${x:+"$x"} ${y:-"q r"} ${y:-q r}; echo; e=; printf '[%s]' $e "$e" ${e:-} "${e:-}" a$e"b"; echo; printf '[%s]' ''$e"" $e$e; echo
END OF PART
rm -rf part
