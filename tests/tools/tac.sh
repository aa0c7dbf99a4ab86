### lines (wrong)
seq 3 | tac; printf 'a\nb' | tac; tac </dev/null; seq 2 > a; seq 3 4 > b; tac a b; seq 2 | tac a -
### separators (wrong)
printf 'a,b,c' | tac -s,; printf 'a,b,c,' | tac -s,; printf ',a,b' | tac -b -s,; printf 'a1b2c' | tac -r -s '[0-9]'; printf 'axxbxxc' | tac -s xx
### missing (stderr)
tac nofile; echo $?
### many (wrong)
seq 100000 | tac | cksum
