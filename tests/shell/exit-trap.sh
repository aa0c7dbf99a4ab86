# The EXIT trap runs where `exit` is called: with the function's variables, in what the call redirects.
bash -c 'trap "echo x=\$x in \${FUNCNAME[0]}" EXIT; f() { local x=1; exit 3; }; f'; echo $?
bash -c 'trap "echo x=\$x" EXIT; f() { local x=1; exit 3; }; f > out'; echo "$? $(cat out)"
bash -c 'trap "echo x=\$x; exit 9" EXIT; f() { local x=1; exit 3; }; f'; echo $?
bash -c 'trap "echo x=\$x" EXIT; f() { local x=1; set -e; false; }; f'; echo $?
bash -c 'trap "echo \$1" EXIT; f() { exit 3; }; set -- a; f b'; echo $?
bash -c 'cleanup() { echo "cleanup $* $?"; exit 42; }; trap "cleanup x y" EXIT; (exit 5)'; echo $?
bash -c 'cleanup() { local x=2; echo "cleanup $?"; exit; }; trap cleanup EXIT; f() { local x=1; exit 6; }; f'; echo $?
# Signals that end the shell let it run first; $? is the last command's.
for signal in TERM USR1 HUP ALRM ABRT; do
    bash -c 'trap "echo \$?" EXIT; (exit 3); kill -'$signal' $$; sleep 1' 2>/dev/null; echo "$signal $?"
done
# How deep a subshell is.
(echo $BASH_SUBSHELL) | cat
echo | (echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL))
( (echo $BASH_SUBSHELL) ) | cat
# Who called.
echo "caller; echo \$?; caller 0; echo \$?" > script; bash script
bash -c 'set -u; echo ${x@A}; echo not here' 2>/dev/null; echo $?
