# status: 1
# What an arithmetic error does to a script: under set -e, too, only its line ends.
set -e
echo before $((1 / 0)); echo not reached
echo after
f() { x=$((1 / 0)); echo not reached either; }
f; echo nor this
echo next
( y=$((1 / 0)); echo not in the subshell ) || echo subshell $?
if ((1 / 0)); then echo no; else echo compound is false; fi
(set -u; echo "$unset"; echo not reached) || echo $?
(cat < "$unset" ) 2>/dev/null || echo redirect $?
readonly r=1
(r=2; echo not reached) || echo readonly $?
trap 'echo exit $?' EXIT
false
echo never
