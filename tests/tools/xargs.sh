### gathers
printf 'a b\nc\n' | xargs; printf 'a b\nc\n' | xargs echo x
### so many
seq 5 | xargs -n2; seq 5 | xargs -n 2 echo x; printf 'a b\nc d\ne\n' | xargs -L1 echo; printf 'a\nb\nc\n' | xargs -L 2
### replace
printf 'a b\nc\n' | xargs -I{} echo '[{}]' '{}'; printf 'x\n' | xargs -i echo {}
### quotes and backslashes
printf "'a b' \"c d\" e\\\\ f\n" | xargs -n1
### zero
printf 'a b\0c\nd\0' | xargs -0 -n1 echo X
### separator
printf 'a,b,c' | xargs -d, -n1; printf 'a b\nc' | xargs -d '\n' -n1
### empty input
xargs echo x </dev/null; xargs -r echo x </dev/null
### statuses
echo a | xargs false; echo $?; echo a | xargs sh -c 'exit 255'  2>/dev/null; echo $?; echo a | xargs nosuchprogram 2>/dev/null; echo $?; printf 'a\nb\n' | xargs -n1 sh -c 'exit 3'; echo $?
### trace (stderr)
seq 2 | xargs -t -n1 echo
### size
seq 10 | xargs -s 15 echo
### in parallel
seq 4 | xargs -P2 -n1 sh -c 'sleep 0.$1; echo $1' sh
### end of file string
printf 'a\nEND\nb\n' | xargs -E END
### from a file
seq 3 > f; xargs -a f echo
### unmatched quote (stderr)
printf "a 'b\n" | xargs; echo $?
### standard input of the command is empty
echo a | xargs sh -c 'cat; echo "$@"' sh
### wrong option
xargs --nope </dev/null 2>/dev/null; echo $?; echo a | xargs -n x 2>/dev/null; echo $?
### exit at too long
echo abcdefghijk | xargs -s 10 echo 2>/dev/null; echo $?
