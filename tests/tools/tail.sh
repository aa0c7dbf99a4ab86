### ten lines
seq 20 | tail; seq 3 | tail
### a number
seq 20 | tail -n 3; seq 20 | tail -n2; seq 20 | tail -1; seq 20 | tail --lines=1
### from a line on
seq 5 | tail -n +4; seq 5 > f; tail -n +2 f; tail +4 f; tail -n +0 f | wc -l; tail -n +9 f
### bytes
printf 'abcdef' | tail -c 2; echo; printf 'abcdef' | tail -c +3; echo; seq 1000 > f; tail -c 5 f; tail -c1k f | wc -c
### none
seq 3 | tail -n 0; seq 3 | tail -c 0
### several files
seq 3 > a; seq 4 6 > b; tail -n1 a b; tail -qn1 a b; tail -v -n1 a
### missing file (stderr)
seq 2 > a; tail -n1 nofile a; echo $?
### no final newline
printf 'a\nb' | tail -n 1; echo; printf 'a\nb' > f; tail -n1 f
### empty
tail </dev/null; : > e; tail e e
### zero ends
printf 'a\0b\0c\0' | tail -z -n2 | od -c
### wrong number (stderr)
tail -n x </dev/null; echo $?
### unknown option
tail --nope 2>/dev/null; echo $?
### follows until a process is gone
printf 'a\n' > f; (sleep 0.4; echo b >> f; sleep 0.6) & tail -n1 -f -s 0.1 --pid=$! f; wait
### follows by name through a rotation
echo a > f; (sleep 0.5; mv f g; echo b > f; sleep 1.5) & tail -F -s 0.1 --pid=$! f 2>/dev/null; wait; rm g
### retries a file that comes later
(sleep 0.4; echo late > f; sleep 1) & tail --retry -f -s 0.1 --pid=$! f 2>/dev/null; wait
### a directory (stderr)
mkdir d; tail -n1 d; echo $?
### obsolete forms
seq 5 | tail -2; seq 5 | tail -5l | wc -l; printf 'abc' | tail -2c; echo
### large pipe
seq 100000 | tail -n 2; seq 100000 | tail -c 7
### binary
printf '\377\n\0\n' | tail -n1 | od -An -tx1
