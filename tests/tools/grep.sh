f() { printf 'one\ntwo\nThree\nfour one\n' > f; }
### matches
f; grep one f; grep -c one f; grep -v one f; grep -i three f; grep nothing f; echo $?
### numbers, names
f; cp f g; grep -n one f; grep one f g; grep -h one f g; grep -H one f; grep -l one f g; grep -L Three f g; echo $?
### only what matches
f; grep -o 'o[a-z]*' f; grep -ob 'o' f; grep -on e f
### words and lines
f; grep -w on f; grep -w one f; grep -x one f; grep -wc two f
### context
seq 10 | grep -A1 3; seq 10 | grep -B1 3; seq 20 | grep -C1 -n '[37]$'; seq 10 | grep -A1 -e 2 -e 8 --group-separator=XX; seq 9 | grep -A1 --no-group-separator '[27]'
### extended and fixed
printf 'a+b\naab\nabc\n' | grep -E 'a+b'; printf 'a+b\naab\n' | grep -F 'a+b'; printf 'ab\nac\n' | grep -E '^a(b|c)$'; printf 'a\nb\n' | grep -e a -e b; printf 'abab\n' | grep 'ab\{2\}\|\(ab\)\{2\}'
### perl
printf 'a1\nb\n' | grep -P '\d'; printf 'foobar\nfoobaz\n' | grep -oP 'foo\Kba(?=r)'
### patterns from a file
printf 'one\ntwo\n' > p; f; grep -f p f; : > e; grep -f e f; echo $?
### quiet and silent
f; grep -q one f; echo $?; grep -q zzz f; echo $?; grep -s x nofile; echo $?; grep -q one f nofile; echo $?
### missing (stderr)
grep x nofile; echo $?; grep; echo $?; grep -E '(' /dev/null; echo $?
### maximum
seq 10 | grep -m2 '[13579]'
### recursive
mkdir -p d/e; echo one > d/a; echo one > d/e/b.c; grep -r one d | sort; grep -rl one . | sort; grep -r --include='*.c' one .; grep -r --exclude-dir=e one d; (cd d; grep -r one | sort)
### a directory (stderr)
mkdir d; grep x d; echo $?; grep -d skip x d; echo $?
### binary
printf 'a\0one\n' > b; grep one b; grep -a one b | od -c; grep -c one b; grep -I one b; echo $?
### zero
printf 'a\nb\0c\0' | grep -z b | od -c; printf 'one\n' > f; grep -lZ one f | od -c
### classes
printf 'a1 b\n_x\n' | grep -o '[[:alnum:]]*'; printf 'a.b\n' | grep -o '\w'; printf 'x y\n' | grep '\bx\b'; printf 'tab\there\n' | grep -c '[[:blank:]]'
### back references
printf 'abab\nabac\n' | grep '\(ab\)\1'; printf 'aa\nab\n' | grep -E '(.)\1'
### colours
f; grep --color=always -n one f | cat -v
### empty pattern, empty file
f; grep -c '' f; grep '' /dev/null; echo $?; printf 'a' | grep a; printf 'a\n\nb\n' | grep -n '^$'
### invert with only matching and counts
f; grep -vc one f; grep -vn one f; grep -c . f f
### utf-8
printf 'h\303\251llo\nhello\n' | grep 'h.llo'; printf '\303\211T\303\211\n' | grep -i 'été'
### byte offsets, labels
f; grep -b one f; grep --label=in -H one < f; grep -T one f
### pattern with newlines, dashes
f; grep $'one\ntwo' f; printf -- '-x\n' | grep -e -x; printf -- '-x\n' | grep -- -x
### every option
printf 'a\nb\nc\nd\ne\nf\ng\nh\n' > x; printf 'a\nB\nc\nd\ne\nf\nh\ni\n' > y
grep -n b x; grep -c . x; grep -v a x | head -1; grep -l a x y; grep -L B x y; grep -o '[a-c]' x; grep -H a x; grep -h a x y; grep -A1 b x; grep -B1 b x; grep -C1 d x; grep -m2 . x; grep -q a x; echo $?; grep zz x; echo $?; grep -s a nosuch; echo $?; grep a nosuch x; echo $?; grep -e a -e b x; printf 'a\nh\n' > pats; grep -f pats x; grep -F -x a x; grep -w a x; grep -i B x; grep -E 'a|b' x; grep -P 'a(?=$)' x; grep -b b x; grep -nb b x; grep -z a x | od -c | head -2; grep -r a . | sort; grep -rl a --include=x . ; grep -r --exclude=y B . | sort; grep -n '' x | tail -1; grep '[[:upper:]]' y; grep --color=always b x | cat -v; grep -T -n b x; grep -c a x y; grep -y B x; grep -x -F -f pats y; grep --no-filename a x y; grep -Z -l a x | od -c; grep -A1 -B1 'a\|h' x; grep --group-separator=## -A0 'a\|h' x; grep --no-group-separator -A0 'a\|h' x; grep -nA1 d x; grep -U a x; grep -a a x; grep '\(a\)\1' x; echo $?; grep -E '(a)\1' x; grep 'a\{1,2\}' x; grep '^' /dev/null; echo $?; grep -E 'x{1' x; grep '[' x; echo $?; grep -E '(' x; echo $?; grep '\(' x; echo $?; grep -P '(' x; echo $?; grep -E '*a' x; grep '*a' x; grep -o '' x; grep -on b x; grep -ob 'b' x; grep -vc a x; grep -d skip a .; grep a .; echo $?; printf 'a\0b\n' | grep b; printf 'a\0b\n' | grep -c b; printf 'a\r\n' | grep 'a$'; echo $?; printf '\xff a\n' | grep a | od -c; grep -E '\bb\b|\<c\>' x; grep '\w' x | head -1; grep -E 'a+?' x; printf 'foo bar\nfoobar\n' | grep -w foo; printf 'aXb\n' | grep -i 'AxB'; printf 'é\n' | grep -c '^.$'; printf 'É\n' | grep -i é; printf 'ab\n' | grep -o .; printf 'aab\n' | grep -oE 'a*'; printf 'tab\there\n' | grep -P '\t'; printf 'a.b\n' | grep -F .; printf 'x\n' | grep -; echo $?; printf 'abc\n' | grep -oP 'a\Kb'; printf 'abc123\n' | grep -oP '\d+'; printf 'foo\n' | grep -e; echo $?; grep; echo $?; printf '1\n22\n' | grep -xE '[0-9]{2}'; printf 'a\nb\n' | grep -vn a; printf 'a b\n' | grep -E 'a\sb'; grep -rn b --include='*' . | sort | head -3; grep --max-count=1 -n . x y; printf 'abab\n' | grep -o 'ab' ; printf 'x\ny\n' | grep -n -e x -e y --label=L -H; printf 'a' | grep a; printf '' | grep ''; echo $?
### lines that are no text (stderr)
printf 'caf\xe9\nna\xc3\xafve\n\xff\xfe\n' > bad; for o in '' -c -n -l -o -h -I -a -m1; do echo "$o"; env LC_ALL=C.UTF-8 grep $o v bad | od -c; grep $o . bad | od -c; done; grep -A1 v bad; grep -B1 v bad; printf 'a\n\xff\nb\n' | grep -v q
### a directory is no file (stderr)
mkdir d; echo a > f; grep -c a d f; grep -L a d f; grep -l a d f; grep a d; echo $?; grep -cs a d; grep -d skip -c a d f
