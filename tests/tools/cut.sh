input() { printf 'a:b:c:d\n1:2:3:4\nnone\n\n'; }
### fields
input | cut -d: -f2
### several fields and ranges
input | cut -d: -f1,3-; input | cut -d: -f-2; input | cut -d: -f4,1
### only lines with the separator
input | cut -d: -f1 -s
### tab is the default
printf 'a\tb\tc\n' | cut -f2
### characters
input | cut -c2; input | cut -c-3; input | cut -c2-3,5-; input | cut -c1,1,1
### bytes
printf 'h\303\251llo\n' | cut -b1-2 | od -An -tx1; printf 'h\303\251llo\n' | cut -b 4-
### characters are bytes to GNU
printf 'h\303\251llo\n' | cut -c1-3 | od -An -tx1
### output separator
input | cut -d: -f1,3 --output-delimiter=' - '; echo abcdef | cut -c1-2,4-5 --output-delimiter=/
### output separator with overlapping ranges
echo abcdefgh | cut -c1-3,2-5,7 --output-delimiter=,
### complement
input | cut -d: --complement -f2; echo abcdef | cut --complement -c2-3
### a separator of blanks
printf 'a b  c\n' | cut -d' ' -f3; printf 'a b  c\n' | cut -d ' ' -f 2-
### newline as the separator
printf 'a\nb\nc\n' | cut -d $'\n' -f2; printf 'a\nb\nc\n' | cut -d $'\n' -f1,3
### zero ends
printf 'a:b\0c:d\0' | cut -z -d: -f2 | od -c
### no final newline
printf 'a:b' | cut -d: -f2
### empty input
cut -c1 </dev/null; cut -f1 </dev/null
### files
printf 'a b\n' > x; printf 'c d\n' > y; cut -d' ' -f2 x y - </dev/null
### missing file (stderr)
printf 'a\n' > x; cut -c1 nofile x; echo $?
### list is missing (stderr)
echo a | cut; echo $?
### wrong lists (stderr)
echo a | cut -f0; echo $?; echo a | cut -f3-2; echo $?; echo a | cut -c x; echo $?; echo a | cut -b ''; echo $?
### two kinds of lists (stderr)
echo a | cut -c1 -f1; echo $?
### separator without fields (stderr)
echo a | cut -c1 -d:; echo $?; echo a | cut -s -c1; echo $?; echo a | cut -d ab -f1; echo $?
### long lines
seq 1000 | tr '\n' ',' | cut -d, -f500,999
### a separator of the empty string is a NUL
printf 'a\0b\n' | cut -d '' -f2
### field beyond the end
printf 'a:b\n' | cut -d: -f5; printf 'a:b\n' | cut -d: -f2,5
### binary
printf '\001\377:\002\n' | cut -d: -f1 | od -An -tx1
### a row of calls
printf 'a b c\n' | cut -d' ' -f2; printf 'a:b:c\n' | cut -d: -f1,3; printf 'a:b:c\n' | cut -d: -f2-; printf 'abcdef\n' | cut -c2-4; printf 'abcdef\n' | cut -b1,3; printf 'a:b\nnodelim\n' | cut -d: -f1 -s; printf 'a:b:c\n' | cut -d: -f1,2 --output-delimiter=_; printf 'abc\n' | cut -c1,3 --output-delimiter=-; printf 'a:b:c\n' | cut -d: --complement -f2; printf 'a\tb\n' | cut -f2; printf 'héllo\n' | cut -c2; printf 'a:b' | cut -d: -f1; printf 'a\0b:c\0' | cut -z -d: -f1 | od -c; cut -f; echo $?; printf 'abc\n' | cut -c0; echo $?; printf 'abc\n' | cut -c3-1; echo $?; printf 'abc\n' | cut -c-2; printf 'a b\n' | cut -d '' -f1; printf 'a::c\n' | cut -d: -f2; printf 'a:b\n' | cut -d: -f5; cut -d: -f1 nosuch; echo $?; printf 'abcdef\n' | cut -c1-2,4-5 --output-delimiter=:; printf 'abc\n' | cut -d ab -f1; echo $?; printf 'a:b:c:d\n' | cut -d: -f3,1; printf 'a:b:c:d\n' | cut -d: -f-2,4-
