# status: 3
# EXIT, ERR, DEBUG, RETURN and signals.
trap 'echo "exit $?"' EXIT
trap 'echo usr1' USR1
kill -USR1 $$; echo after
trap '' USR1; kill -USR1 $$; echo ignored
trap - USR1
trap 'echo "err $?"' ERR
false; if false; then :; fi; false || echo or; (exit 4)
f() { false; }; f
set -E; f; set +E
trap - ERR
g() { trap 'echo return' RETURN; echo in g; }; g; trap - RETURN
trap 'echo "debug $BASH_COMMAND"' DEBUG
echo traced
trap - DEBUG
trap -p
( trap 'echo sub exit' EXIT; exit 1 ); echo "$?"
exit 3
