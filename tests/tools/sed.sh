### substitute
echo aaa | sed s/a/b/; echo aaa | sed s/a/b/g; echo aaa | sed s/a/b/2; echo aAa | sed s/a/x/Ig; echo a/b | sed 's|/|-|'; echo abc | sed 's/b/[&]/'; echo abc | sed -E 's/(a)(b)/\2\1/'; echo abc | sed 's/\(a\)\(b\)/\2\1/'
### lines
seq 5 | sed -n 2p; seq 5 | sed -n '2,4p'; seq 5 | sed '$d'; seq 5 | sed 2,3d; seq 10 | sed -n '2~3p'; seq 5 | sed -n '/2/,/4/p'; seq 5 | sed -n '2,+1p'; seq 9 | sed -n '3,~4p'; seq 5 | sed '2!d'; seq 3 | sed -n '$='
### insert, append, change
seq 2 | sed '1i x'; seq 2 | sed '1a\
y'; seq 3 | sed '2c z'; seq 2 | sed '$a end'; seq 3 | sed '1,2c z'
### in place
echo a > f; sed -i s/a/b/ f; cat f; sed -i.bak s/b/c/ f; cat f f.bak
### several expressions
echo abc | sed -e s/a/x/ -e s/b/y/; printf 's/a/1/\n# c\ns/b/2/\n' > s; echo ab | sed -f s
### hold space
seq 3 | sed -n '1!G;h;$p'; seq 4 | sed 'N;s/\n/-/'; seq 3 | sed G; seq 3 | sed -n 'H;${x;s/\n/,/g;p}'; seq 3 | sed '$!N;P;D'
### branches
echo aaa | sed ':a;s/a/b/;ta'; seq 3 | sed '2b;s/$/!/'; seq 3 | sed -n '2{p;q}'; seq 5 | sed 3q; seq 5 | sed '2q5'; echo $?
### transliterate
echo hello | sed y/el/ip/; echo a/b | sed 'y|/|-|'
### case
echo 'hello world' | sed 's/\w\+/\u&/g'; echo abc | sed 's/.*/\U&/'; echo ABC | sed 's/B/\L&\E!/'
### escapes
echo 'a b' | sed 's/ /\n/'; echo 'a b' | sed 's/ /\t/' | od -c; printf 'a\tb\n' | sed 's/\t/_/'; echo 'a.b' | sed 's/\./-/'; echo abc | sed 's/b/\x41/'
### read and write
echo r > r; seq 2 | sed '1r r'; seq 3 | sed -n '2w out'; cat out; seq 2 | sed 's/1/x/w o2' ; cat o2
### print, list
printf 'a\tb\\\n' | sed -n l; seq 2 | sed p; printf 'x\001\n' | sed -n l
### no final newline
printf 'a\nb' | sed s/b/c/; printf 'a' | sed p
### zero ends
printf 'a\0b\0' | sed -z s/^/x/ | od -c
### separate files
seq 2 > a; seq 3 4 > b; sed -n '$p' a b; sed -sn '$p' a b; sed -n 'F;1p' a
### wrong (stderr, wrong)
echo a | sed 's/a/b'; echo $?; echo a | sed k; echo $?; sed; echo $?; sed p nofile; echo $?; echo a | sed -n '/a'; echo $?
### empty regex, flags
echo abcabc | sed '/b/s//X/g'; echo aaa | sed 's/a/b/2g'; echo abc | sed -n 's/b/x/p'; printf 'a\nb\n' | sed 'N;s/^b/x/M'
### address with I, zero
printf 'A\nb\n' | sed -n '/a/Ip'; seq 3 | sed '0,/1/d'; seq 3 | sed '/1/,/1/d'
### quit silently, next
seq 5 | sed -n '2{n;p}'; seq 4 | sed n\;d; seq 3 | sed 2Q
### special in the replacement
echo abc | sed 's/b/a\/b\&c/'; echo abc | sed 's,b,x\,y,'; echo ab | sed 's/a\|b/X/g'; echo 'aab' | sed 's/a*/x/g'; echo baaac | sed 's/a*/x/g'
### anchors and words
echo 'one two' | sed 's/\bt/T/; s/\<o/O/; s/$/!/; s/^/>/'; echo abc | sed -E 's/a|c/_/g;s/b{1}/B/'
