# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# caller'; part <<'END OF PART'
f() { caller; caller 0; caller 1; caller 5; echo $?; }
g() { 
 f; }
g
caller; echo $?
END OF PART
echo '# func-edge'; part <<'END OF PART'
f() { echo "$#:$1"; shift; [ $# -gt 0 ] && f "$@"; }; f a b c; g() { return; }; false; g; echo $?; h() { local x; x=5; echo $x; unset x; echo ${x-u}; }; x=1; h; echo $x; i() { i2() { echo inner; }; }; i; i2; j() { trap 'echo bye' EXIT; }; (j); k() { echo ${FUNCNAME[0]} ${FUNCNAME[1]}; }; l() { k; }; l; m() { set -- x y; echo $1; }; m a; n() { "$@"; }; n echo hi there; o() { cat; }; echo in | o; p() { echo out; return 3; }; x=$(p); echo $? $x; q() { while :; do return 4; done; }; q; echo $?; r() { exit 5; }; (r); echo $?; unset -f f; type f 2>/dev/null || echo gone; function s() { echo s; }; s; function t { echo t; }; t; u() { echo a; } >&2; u 2>&1; v() (cd /; pwd); v; declare -f v
END OF PART
rm -rf part
