# In POSIX mode a script ends when a special builtin is called wrongly, at an assignment that fails, and at an
# expansion that fails; in bash's own mode it goes on.
try() {
    printf '%s\necho alive $?\n' "$1" > script
    echo "$1: $(bash --posix script 2>/dev/null) $?, $(bash script 2>/dev/null) $?"
}
try 'return 3'
try 'export -Z'
try 'command export -Z'
try 'trap -Z'
try 'trap x'
try '.'
try '. ./absent'
try 'command . ./absent'
try 'set -Z'
try 'command set -Z'
try 'builtin export -Z'
try 'cd -Z'
try 'unset -Z'
try 'exec -Z'
try 'readonly R=1; R=2'
try 'readonly R=1; readonly R=2'
try 'readonly R=1; export R=2'
try 'readonly R=1; declare R=2'
try 'readonly R=1; (R=2; echo no)'
try 'readonly R=1; for R in 2; do :; done'
try 'x=$((1/0))'
try 'echo $((1/0))'
try '((1/0))'
try '[[ 1/0 -eq 1 ]]'
try 'eval "return 3"'
try 'command eval "exit 4"'
try 'eval "export -Z; echo no"; echo no'
try 'cd -Z; :'
