input() { printf 'a\na\nb\nc\nc\nc\na\n'; }
### adjacent lines
input | uniq
### counts
input | uniq -c
### repeated only
input | uniq -d; input | uniq -D
### single only
input | uniq -u
### all repeated with separators
input | uniq --all-repeated=separate; echo; input | uniq --all-repeated=prepend
### groups
input | uniq --group; echo; input | uniq --group=both
### ignore case
printf 'A\na\nB\n' | uniq -i; printf 'A\na\nB\n' | uniq -ic
### skip fields
printf '1 a\n2 a\n3 b\n' | uniq -f1; printf '1  a\n2 a\n' | uniq -f 1 -c
### skip characters
printf 'xa\nya\nzb\n' | uniq -s1
### compare so many
printf 'abc\nabd\nxyz\n' | uniq -w2
### fields and characters
printf '1 xa\n2 ya\n' | uniq -f1 -s2 -c
### files
input > f; uniq f out; cat out; uniq -c f - | head -2
### no final newline
printf 'a\na' | uniq -c
### empty
uniq </dev/null; uniq -c </dev/null; printf '\n\n' | uniq -c
### zero ends
printf 'a\0a\0b\0' | uniq -z | od -c
### missing file (stderr)
uniq nofile; echo $?
### too many operands (stderr)
uniq a b c; echo $?
### wrong number (stderr)
uniq -w x </dev/null; echo $?; uniq -f -1 </dev/null 2>/dev/null; echo $?
### groups and counts (stderr)
uniq --group -c </dev/null; echo $?
### repeated and single are nothing
input | uniq -du
### bytes
printf '\377\n\377\n\376\n' | uniq -c | od -An -tx1
### counts are wide
yes | head -12345 | uniq -c; yes x | head -100 | uniq -cd
### trailing blanks differ
printf 'a\na \n' | uniq
### obsolete skips
printf '1 a\n2 a\n' | uniq -1
### a row of calls
printf 'a\na\nb\na\n' | uniq; printf 'a\na\nb\n' | uniq -c; printf 'a\na\nb\n' | uniq -d; printf 'a\na\nb\n' | uniq -u; printf 'a\nA\n' | uniq -i; printf '1 a\n2 a\n' | uniq -f1; printf 'xa\nya\n' | uniq -s1; printf 'ab\nac\n' | uniq -w1; printf 'a\na\nb\nb\n' | uniq -D; printf 'a\na\nb\n' | uniq --all-repeated=separate; printf 'a\na\nb\n' | uniq --group; printf 'a\na' | uniq; printf 'a\0a\0' | uniq -z | od -c; printf 'a\na\n' > f; uniq f out; cat out; uniq nosuch; echo $?; printf 'a\na\nb\nb\nc\n' | uniq --all-repeated=prepend; printf 'a\n\nb\n' | uniq --group=both; printf '' | uniq -c
