# Replacement, transformation, indirection and namerefs.
exec 2>&1 < /dev/null
echo "-- subst"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
s=foobarfoo; echo ${s/foo/X} ${s//foo/X} ${s/#foo/X} ${s/%foo/X} ${s/o*/X} ${s//[fo]/} ${s/foo} ${s//o/&&} ${s//o/\&} "${s//o/'x'}" ${s//o/"&"}; p='o*'; echo ${s/$p/X} ${s/"$p"/X}; echo ${s#*o} ${s##*o} ${s%o*} ${s%%o*}; a=(foo boo); echo ${a[@]/o/0} ${a[@]#?} "${a[@]^}" "${a[@]/%o/X}"; set -- aa ba; echo ${@/a/x} "${*//a/x}"; shopt -u patsub_replacement; echo ${s//o/&&}; e=; echo "${s/#/pre}" "${s/%/post}" "${s//}" "${e/#/x}" "${e//*/y}"; s='a/b/c'; echo ${s//\//-} ${s////x}; s='a\b'; echo "${s//\\/x}"; s="it's"; echo ${s//\'/q}
)
echo "-- indirect"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
a=b; b=c; echo ${!a} ${!a-x} ${!nosuch-d}; echo ${!nosuch}; echo $?; n=arr[1]; arr=(x y); echo ${!n}; n=arr[@]; echo ${!n} ; echo ${!a@Q}; pre_a=1 pre_b=2; echo ${!pre_*} "${!pre_@}"; set -- x y; i=2; echo ${!i} ${!#}; echo ${!arr[@]}; declare -n r=a; echo ${!r}; n='a b'; echo ${!n}; echo $?; e=; echo ${!e}; echo $?
)
echo "-- nameref"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
declare -n r=x; r=5; echo $x; declare -p r; unset r; echo "${x-un}"; unset -n r; declare -n a='arr[2]'; a=z; declare -p arr; declare -n s=s; echo $?; declare -n 1x; echo $?; declare -n q=1bad; echo $?; f() { local -n o=$1; o=set; o+=more; }; f out; echo $out; for r in 1; do :; done; declare -n it; for it in v1 v2; do it=x$it; done; echo $v1 $v2; declare -n c1=c2; declare -n c2=c1; c1=3; echo $?; echo "${!it}"; g() { local -n x=x; echo $x; }; x=outer; g; unset v; declare -n nv=v; nv=(1 2); declare -p v; nv[5]=6; declare -p v; echo ${nv[@]} ${#nv[@]}; readonly -n rn 2>&1; declare -n -p; [[ -R nv ]] && echo isref; declare +n nv; declare -p nv
)
:
