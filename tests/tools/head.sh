### ten lines
seq 20 | head; seq 3 | head
### a number
seq 20 | head -n 3; seq 20 | head -n3; seq 20 | head -2; seq 20 | head --lines=1
### all but the last
seq 5 | head -n -2; seq 5 | head -n -9; seq 5 > f; head -n -1 f
### bytes
printf 'abcdef' | head -c 3; echo; printf 'abcdef' | head -c -2; echo; yes | head -c 1k | wc -c; yes | head -c 1KB | wc -c
### none
seq 3 | head -n 0; seq 3 | head -c 0
### several files
seq 3 > a; seq 4 6 > b; head -n1 a b; head -qn1 a b; head -v -n1 a
### standard input among them
seq 2 > a; seq 7 9 | head -n1 a -
### missing file (stderr)
seq 2 > a; head -n1 nofile a; echo $?
### a directory (stderr)
mkdir d; head d; echo $?
### no final newline
printf 'a\nb' | head -n 2; echo; printf 'a\nb' | head -n1
### empty
head </dev/null; : > e; head e e
### zero ends
printf 'a\0b\0c\0' | head -z -n2 | od -c
### wrong number (stderr)
head -n x </dev/null; echo $?; head -c 1x </dev/null; echo $?
### unknown option
head --nope 2>/dev/null; echo $?
### leaves the rest to the next
seq 10 > f; { head -n2 >/dev/null; cat; } < f
### obsolete with letters
seq 5 | head -2q; seq 3 > a; head -1v a
### huge numbers
seq 3 | head -n 99999999999999999999; seq 3 | head -c 10E
### a pipe that goes on
yes | head -n 2
### a row of calls
head -n 2 <<< $'1\n2\n3'; head -c 3 <<< abcdef; head -n -1 <<< $'1\n2\n3'; head -c -2 <<< abcdef; seq 3 > f; seq 4 6 > g; head f g; head -q f g; head -v -n1 f; head -1 f; head nosuch; echo $?; head -n x f; echo $?; head -c 1k f; head -z -n1 <<< x; tail -n 2 f; tail -n +2 f; tail -c 3 f; tail -c +3 f; tail f g; tail -q f g; tail -v f; tail -1 f; tail +2 f; tail nosuch; echo $?; tail -n 0 f; tail -r f; echo $?; printf 'a\nb' | tail -n1; printf 'a\nb' | head -n5; head -n 1K f; tail -z -n1 <<< x; tail -n -1 f; head -5c f; tail -2c f
