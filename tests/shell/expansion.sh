# Parameter expansion, quoting and splitting.
unset u; e= v=val; echo "${u-d} ${u:-d} ${e-d} ${e:-d} ${v-d} ${u+a} ${e+a} ${e:+a} ${v:+a} ${u=new} $u ${e:=filled} $e"
(echo ${nope?message}) 2>/dev/null; echo $?; (echo "${nope:?}") 2>/dev/null; echo $?; set -- a 'b c' ''; echo $# "$#" ${#1} "${@:2}" "${*:1:2}" "${!#}."
for x in "$@"; do printf '<%s>' "$x"; done; for x in $@; do printf '(%s)' "$x"; done; for x in "$*" x"$@"y; do printf '[%s]' "$x"; done; echo
IFS=:; s=a:b::c:; printf '<%s>' $s; echo " $*"; IFS=' :'; printf '<%s>' ' a : b '$s; echo; unset IFS; w='  sp  aces  '; echo $w "$w" .$w.
name=v; echo "${!name} ${!v*}"; declare -A m; echo "${v@U} ${v@Q} ${v^} ${v^^[ab]} ${v~~}"; p='a b'; echo "${p@Q}" ${p// /_} "${p:0:1}" "${p: -1}"
echo $'tab\tq\'x\u00e9' "a'b" 'a"b' a\ b "a\$b\`c\\d\e"; HOME=/h; echo ~ "~" ~/x a~ ~/:~
echo "${u:-"in quotes $v"}" ${u:-'sq $v'} "${x-'kept'}" "${none-a "b" c}" "${v+"x\yz"}"; a=~:~; [ "$a" = "$HOME:$HOME" ] && echo tildes
b="$(printf 'x\n\n\n')"; echo "[$b]"; echo "$(echo "nested $(echo "deep $(echo er)")")" `echo \`echo ticks\``; c=$(exit 3); echo $?
set -u; (echo "$unbound"; echo not reached) 2>/dev/null; echo $?; echo "${unbound-ok}" "${#}"; set +u; echo ${v:1} ${v:0:-1} ${v:(-2)} ${v:9}.
x=1 y=$x z=$y$x; echo $z; x=2 eval 'echo $x'; echo $x; k="a  b"; l=$k; echo "$l"; echo {$v,w}x $v{1,2}; echo "$v"{1,2}
