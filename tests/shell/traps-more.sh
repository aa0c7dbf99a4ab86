# When ERR, DEBUG, RETURN and signal traps run, in functions and subshells.
exec 2>&1 < /dev/null
echo "-- trap-basic"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
trap 'echo exit $?' EXIT; trap 'echo err $? $LINENO' ERR; false; (exit 3); true; f() { false; }; f; ! false; false || true; if false; then :; fi; false | true; true | false; trap; trap -p ERR; trap - ERR; false; trap -l | head -2; trap foo BAR; echo $?; trap 'x' 99; echo $?; trap -p NOSUCH; echo $?; trap; (trap); (trap 'echo sub' EXIT); exit 5
)
echo "-- trap-errtrace"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
set -E; trap 'echo E:$FUNCNAME:$LINENO:$BASH_COMMAND' ERR; f() { false
true; }; f; (false); x=$(false); echo $x; g() { return 3; }; g; set +E; f; (false); { false; }; [[ a == b ]]; (( 0 )); [ a = b ]; let 0
)
echo "-- trap-debug"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
trap 'echo "D:$BASH_COMMAND"' DEBUG; x=1; echo hi | cat; f() { echo in; }; f; for i in 1 2; do :; done; case a in a) :;; esac; (( 1 )); [[ a ]]; if true; then :; fi; while false; do :; done; ( : ); { :; }; trap - DEBUG; echo end
)
echo "-- trap-debug-functrace"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
set -T; trap 'echo "D:$FUNCNAME:$BASH_COMMAND"' DEBUG; f() { x=1; local y=2; }; f; ( echo s ); trap - DEBUG
)
echo "-- trap-return"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
trap 'echo ret $FUNCNAME' RETURN; f() { :; }; f; set -T; f; echo 'echo s' > s.sh; . ./s.sh; set +T; declare -ft f; f; trap - RETURN; f() { trap 'echo r2' RETURN; g; }; g() { :; }; f; g
)
echo "-- trap-extdebug"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
shopt -s extdebug; trap '[[ $BASH_COMMAND != "echo skip" ]]' DEBUG; echo skip; echo run; trap - DEBUG
)
:
echo "-- traps of a subshell that is a process"
(trap 'echo got; exit 5' TERM; while :; do sleep 0.1; done) & sleep 0.3; kill $!; wait $!; echo $?
(trap '' TERM; sleep 0.5; echo survived) & sleep 0.2; kill $!; wait $!; echo $?
(trap '' USR1; kill -USR1 $BASHPID; echo alive)
(trap 'echo usr' USR1; kill -USR1 $BASHPID; :)
