# Calls, locals, recursion, unset, export.
f() { local x=in; echo "$x $# $1"; x=changed; return 3; }; x=out; f a b; echo "$? $x"
fact() { if (( $1 <= 1 )); then echo 1; else echo $(( $1 * $(fact $(( $1 - 1 ))) )); fi; }; fact 10
deep() { (( $1 == 0 )) || deep $(( $1 - 1 )); }; deep 5000; echo "$?"
g() { echo "${FUNCNAME[0]} ${FUNCNAME[1]}"; }; h() { g; }; h
v=1 f z >/dev/null; echo "${v-unset}"
unset -f f; f 2>/dev/null; echo "$?"
outer() { inner() { echo nested; }; }; outer; inner
type inner
r() { for i in 1 2; do return 7; done; }; r; echo "$?"
e() { echo exported; }; export -f e; bash -c e
d() { local -a l=(1 2); local -i n=2+3; echo "${l[1]} $n"; }; d; echo "${l-none}"
function k { echo "keyword $1"; }; k word
p() { set -- new; echo "$1"; }; set -- old; p; echo "$1"
