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
# the usage is in our words
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
### one-liners, first eight
printf 'a\nb' | sed p
printf 'a\0b\nc\0' | sed -n l
printf 'a\r\nb\r\n' | sed 's/\r$//'
printf '\xff\xfea\n' | sed 's/a/X/'
printf '' | sed '$p'
printf 'abc\n' | sed 's/b/[&]/;s/c/\n/'
printf 'abc\n' | sed 'y/abc/\n\t\\/'
printf '1\n2\n3\n4\n5\n' | sed '2,4{3d;s/^/x/}'
### one-liners, second eight
printf '1\n2\n3\n4\n5\n' | sed '0~2d'
printf '1\n2\n3\n4\n5\n' | sed '2~2!d'
printf '1\n2\n3\n4\n5\n' | sed '2,+1d'
printf '1\n2\n3\n4\n5\n' | sed '2,~2d'
printf '1\n2\n3\n4\n5\n' | sed '$!N;P;D'
printf '1\n2\n3\n4\n5\n' | sed -n '$='
printf '1\n2\n3\n' | sed '1!G;h;$!d'
printf 'one two\n' | sed -E 's/(\w+) (\w+)/\u\1 \U\2\E!/'
### one-liners, third eight
printf 'foo\nbar\n' | sed '/foo/c\new text'
printf 'foo\nbar\n' | sed '1i\  lead'
printf 'foo\nbar\n' | sed '1a\
printf 'foo\nbar\n' | sed 'a foo' | sed '$a\'
printf 'hello' | sed '$a end'
printf 'foo\n' > f; sed -i.bak 's/o/0/g' f
printf 'foo\n' > f; printf 'bar\n' > g; sed -i -e 's/o/0/;w out' f g
printf 'foo\n' > f; printf 'bar\n' > g; sed -s -n '$=' f g
### one-liners, fourth eight
printf 'a,b,c\n' | sed 's/,/\n/2;t;s/a/z/'
printf 'aaa\n' | sed 's/a/b/2g'
printf 'abc\n' | sed 's/x*/-/g'
printf 'baaac\n' | sed 's/a*/x/g'
printf 'abc\n' | sed -E 's/()/x/g'
printf 'abc\n' | sed 's/\(a\)\(b\)\(c\)/\3\2\1/'
printf 'a.b\n' | sed 's/./\./g;s/\./x/2'
printf 'hello world\n' | sed 's/\bw/W/;s/o\b/0/'
### one-liners, fifth eight
printf 'hello world\n' | sed 's/\</</g;s/\>/>/g'
printf 'hello\n' | sed 's/l/L/3;s/l/L/2'
printf 'x\n' | sed 's/x/a\tb\x41\o101\d065/'
printf 'line1\nline2\nline3\n' | sed '/line1/,/line2/{//!d}'
printf 'a\nb\nc\n' | sed -n '2{p;q}'
printf 'a\nb\nc\n' | sed '2q5'
printf 'a\nb\nc\n' | sed '2Q7'
printf 'a\nb\nc\n' | sed ':a;N;$!ba;s/\n/,/g'
### one-liners, sixth eight
printf 'a\nb\nc\n' | sed -z 's/\n/,/g'
printf 'abc\n' | sed 's/b/x/w /dev/stdout'
printf 'a b\n' | sed 's/\s/_/g;s/\S/x/g'
printf 'A1b2\n' | sed 's/[[:digit:]]/#/g;s/[[:upper:]]/u/'
printf 'a\nb\n' | sed -n '/a/I,/B/Ip'
printf 'path/to\n' | sed 's|/|\||g'
printf 'aXb\n' | sed 's,X,\,,'
printf 'a\n' | sed 'R /dev/null' ; printf '1\n2\n' > f; printf 'a\nb\nc\n' | sed 'R f'
### one-liners, seventh eight
printf '1\n2\n' > f; printf 'a\nb\n' | sed 'r f'
printf 'a\n' | sed -e 'i\' -e 'x y'
printf 'a\n' | sed --expression=s/a/b/ --quiet ; printf 'a\n' | sed -n --posix p
printf 'a\nb\n' | sed '1v;2d'
printf 'foo bar\n' | sed 's/\(foo\|bar\)/<\1>/g'
printf 'aab\n' | sed 's/a\{2\}/x/;s/b\+/y/;s/z\?$/!/'
printf 'a+b\n' | sed -E 's/\+/-/;s/a|b/x/g'
printf 'abc\n' | sed 's/b/\
### one-liners, eighth eight
printf 'café\n' | sed 's/./x/g;l'
printf 'café\n' | sed -n l
printf 'long line of text that is to be wrapped at some point because it is quite long indeed, yes\n' | sed -n l
printf 'long line of text that is to be wrapped\n' | sed -n 'l 20'
printf 'long line of text\n' | sed -n -l 10 l
printf 'a\n' | sed 's/a/b/;ta;s/b/c/;:a;s/$/!/'
printf 'a\nb\n' | sed 'N;N;s/\n/+/'
printf 'a\nb\nc\n' | sed '$!{$!N};s/\n/+/'
### one-liners, ninth eight
sed p nosuch; echo $?
printf 'a\n' | sed 'k'; printf 'a\n' | sed 's/a/b'; printf 'a\n' | sed '3,1!d'
printf '1\n2\n3\n' | sed '3,1d'
printf '1\n2\n3\n' | sed '2,1p' -n
