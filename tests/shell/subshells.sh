# What a subshell changes stays in it.
v=1; (v=2; cd /; set -f; trap 'echo inner exit' EXIT; echo "$v $PWD"); echo "$v"; case $- in *f*) echo leaked;; esac
d=$PWD; x=$(cd /tmp; pwd); [ "$PWD" = "$d" ] && echo "$x"
(umask 077; umask); umask
(exit 9); echo "$?"
[ "$BASHPID" = "$$" ] && echo same; (  [ "$BASHPID" != "$$" ] && echo different )
echo "$BASH_SUBSHELL" "$(echo "$BASH_SUBSHELL")" $( (echo "$BASH_SUBSHELL") )
f() { (return 5); echo "$?"; }; f
(kill -TERM "$BASHPID"; echo not reached); echo "$?"
y=$(f() { echo defined; }; f); echo "$y"; type f >/dev/null && f
echo "$(echo a; echo; echo)" end
n=$(echo $(echo $(echo deep))); echo "$n"
z=$(exit 7); echo "$?"
(set -e; false; echo no); echo "$?"
