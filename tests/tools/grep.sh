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
