### files in turn
echo a > x; echo b > y; cat x y
### standard input among them
echo a > x; echo in | cat x - x
### numbers
printf 'a\n\nb\n' | cat -n; printf 'a\n\nb\n' | cat -b
### squeeze
printf 'a\n\n\n\nb\n' | cat -s; printf 'a\n\n\nb\n' | cat -sn
### ends and tabs
printf 'a\tb\n\n' | cat -E; printf 'a\tb\n' | cat -T; printf 'a\tb\r\n' | cat -A
### what does not print
printf '\001\177\200\377\n' | cat -v; printf 'h\303\251\n' | cat -v; printf '\t\n' | cat -e; printf '\t\n' | cat -t
### no final newline
printf 'a' > x; printf 'b' > y; cat x y; cat -n x y; cat -E x
### missing (stderr)
echo a > x; cat nofile x; echo $?
### a directory (stderr)
mkdir d; cat d; echo $?
### binary unchanged
printf '\0\377\n\200' | cat | od -An -tx1
### empty
cat </dev/null; : > e; cat e e; cat -n e
### numbers go on over files
printf '1\n2\n' > x; cat -n x x
### unbuffered is the same
echo a | cat -u
### onto itself (stderr)
echo a > f; cat f >> f; echo $?
### unknown option
cat --nope 2>/dev/null; echo $?
### long input
seq 100000 | cat | cksum; seq 1000 | cat -A | cksum
