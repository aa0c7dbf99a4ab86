# What declare prints and refuses, and what attributes make of values.
exec 2>&1 < /dev/null
echo "-- declare-forms"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
a=1; declare -i b=2; declare -x c=3; declare -r d=4; declare -a e=(1 "2 3" $'a\nb'); declare -A f=([x]=1 [y z]="q'w"); declare -u g=abc; declare -l h=ABC; declare -c i=abc 2>/dev/null; declare -n j=a; declare -t k=5
declare -p a b c d e f g h j k
declare -ai l=(1+1 2*3); declare -p l; declare -Ai m=([a]=1+1); declare -p m; declare -ar n=(1); declare -p n; declare -axr o=(2); declare -p o
unset zz; declare zz; declare -p zz; declare -a yy; declare -p yy; declare -A xx; declare -p xx; declare -i ww; declare -p ww; declare -x vv; declare -p vv
declare -p nosuch; echo $?
x=$'\001\177\200'; declare -p x; y=$'tab\tnl\n'; declare -p y; z='$a`b"c\d!'; declare -p z
)
echo "-- declare-f"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
f() { echo hi | cat > /dev/null 2>&1; if true; then :; elif false; then echo x; else echo y; fi; for i in a b "c d"; do echo $i; done; while :; do break; done; case $1 in a|b) echo 1;; (c) echo 2;& *) echo 3;;& esac; (( x++ )); [[ -f a && b == c* ]] ; for ((i=0;i<3;i++)); do :; done; { a; b; } ; ( c; d ) & select z in 1 2; do :; done; until false; do break; done; cat <<E
here $x
E
cat <<'E2' | tr a b
lit
E2
a=(1 2 3); local b=$(echo hi) c=`echo x`; ! true && false || true; time ls; coproc foo { :; }; function g { echo inner; } >out; echo ${x:-"y z"} $((1+2)) "$@" $'q\n'; }
declare -f f; type f
)
echo "-- declare-attr-conv"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
a=hello; declare -a a; declare -p a; declare -A b=([k]=v); declare -a b; echo $?; declare -p b; declare -i c=5; c+=3; echo $c; declare +i c; c+=3; echo $c; declare -r r=1; r=2; echo no; 
)
echo "-- declare-r2"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
declare -r r=1; declare r=2; echo $?; readonly r=3; echo $?; unset r; echo $?; declare +r r; echo $?; local q; echo $?
)
echo "-- declare-global"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
f(){ declare -g x=1; local y=2; declare -g y=3; echo $y; g; }; g(){ echo "$y"; y=9; }; f; echo $x $y
)
echo "-- local-inherit"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
x=1; f(){ local x; echo "[${x-unset}]"; shopt -s localvar_inherit; local y; g; }; y=2; g(){ local y; echo "[$y]"; }; f; 
)
echo "-- local-unset"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
x=g; f(){ local x=l; unset x; echo "${x-un}"; x=2; h; }; h(){ unset x; echo "${x-un2}"; }; f; echo $x; shopt -s localvar_unset; f; echo $x
)
echo "-- declarr"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
declare -a 'n[0]=(9 8)'; declare -p n; IFS=: ; x=a:b; IFS=, declare -a c=($x); declare -p c; unset IFS; IFS=: declare -a d=($x "$x"); declare -p d; declare -A k=(a 1 [b]=2 c 3); declare -p k
)
echo "-- unset-forms"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
x=1; f() { :; }; unset x f; echo ${x-u}; f; echo $?; unset -f f; f 2>/dev/null; echo $?; unset -v nosuch; echo $?; unset 1a; echo $?; readonly r=1; unset r; echo $?; a=(1 2); unset 'a[*]'; declare -p a; a=(1 2); unset a[0] a[1]; declare -p a; unset 'x[0]'; echo $?; y=s; unset 'y[0]'; echo ${y-gone}; y=s; unset 'y[1]'; echo $?; unset -fv x; echo $?; unset ''; echo $?; unset PATH; ls; echo $?
)
echo "-- unsetarr"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
a=(1 2); unset 'a[@]'; declare -p a; a=(1); unset 'a[*]'; a+=(x); declare -p a; declare -A h=([k]=v); unset 'h[@]'; declare -p h; s=1; unset 's[@]'; echo ${s-un}
)
:
