# What set -e ends and what it does not.
exec 2>&1 < /dev/null
echo "-- errexit"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
set -e; f() { false; echo "f cont"; }; f || echo or; if f; then echo then; fi; ! f; f && echo and; while f; do break; done; echo a; (f) || echo sub; x=$(false) || echo xs; echo $(false) ok; false | true; [[ a == b ]] || :; { false; } || :; local q 2>/dev/null || echo l; y=$(f); echo "y=$y"; export z=$(false); echo z; declare w=$(false); echo w; w=$(false); echo never
)
echo "-- errexit2"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
(set -e; false; echo no) ; echo $?; (set -e; (false); echo no); echo $?; (set -e; { false; }; echo no); echo $?; (set -e; false & wait $!; echo no); echo $?; (set -e; let 0; echo no); echo $?; (set -e; (( 0 )); echo no); echo $?; (set -e; [ a = b ]; echo no); echo $?; (set -e; true && false; echo yes); echo $?; (set -e; true && false || false; echo no); echo $?; (set -e; false | cat; echo yes); (set -eo pipefail; false | cat; echo no); echo $?; (set -e; eval false; echo no); echo $?; (set -e; . /dev/stdin <<< false; echo no); echo $?; (set -e; case a in a) false;; esac; echo no); echo $?; (set -e; for i in 1; do false; done; echo no); echo $?; (set -e; if true; then false; fi; echo no); echo $?; (set -e; f() { ! false; }; f; echo yes); (set -e; ! true; echo yes2); (set -e; f() { false || return 1; }; f; echo no); echo $?; (set -e; cat nosuch 2>/dev/null; echo no); echo $?; (set -e; x=1 false; echo no); echo $?; (set -e; > /nosuch/x; echo no) 2>/dev/null; echo $?; (set -e; command false; echo no); echo $?; (set -e; builtin false; echo no); echo $?; (set -e; time false; echo no) 2>/dev/null; echo $?; (set -e; until false; do break; done; echo yes); (shopt -s inherit_errexit; set -e; x=$(false; echo in); echo no); echo $?; (set -e; x=$(false; echo in); echo yes $x); (set -e; echo $(false; echo in) yes)
)
echo "-- errexit-not"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
foo() { set -e; false; echo "should"; }
! foo
echo after
)
echo "-- errexit-not2"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
set -e; foo() { false; echo "cont"; }
! foo
echo after
)
echo "-- neg"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
set -e; f() { false; echo cont; }; ! f; echo a; ! false; echo b; if ! f; then echo no; else echo el; fi; set +e; trap 'echo ERR' ERR; ! false; ! true; ! { false; }; ! (exit 3); echo $?; ! false | true; echo $?
)
:
