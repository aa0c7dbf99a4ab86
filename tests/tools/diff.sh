f() { printf 'a\nb\nc\nd\n' > x; printf 'a\nB\nc\nd\ne\n' > y; }
t() { "$@" | sed -E 's/^(---|\+\+\+|\*\*\*) ([xy]).*/\1 \2/'; }
### normal
f; diff x y; echo $?; diff x x; echo $?
### unified
f; t diff -u x y; t diff -U0 x y; diff -u --label L --label M x y
### context
f; t diff -c x y
### brief, same
f; diff -q x y; diff -s x x; diff -q x x
### blanks and case
printf 'a b\n' > x; printf 'A  b \n' > y; diff -iw x y; echo $?; diff -ib x y; echo $?; diff -i x y; echo $?; printf 'a\n\n\nb\n' > p; printf 'a\nb\n' > q; diff -B p q; echo $?
### directories
mkdir d e; echo 1 > d/a; echo 2 > e/a; echo 3 > d/b; mkdir d/s e/s; echo x > d/s/f; diff -r d e; echo $?; diff -rq d e; diff -rN d e; diff d e
### no final newline
printf 'a' > x; printf 'a\n' > y; diff x y; t diff -u x y
### missing (stderr)
f; diff x nofile; echo $?; diff x; echo $?
### standard input
f; diff x - < y
### side by side
f; diff -y -W 40 x y; diff -y -W 40 --suppress-common-lines x y
### ed and rcs
f; diff -e x y; diff -n x y
### binary
printf '\0a' > x; printf '\0b' > y; diff x y; echo $?; diff -a x y | od -c | head -3
### ignore matching lines
printf 'a 1\nb\n' > x; printf 'a 2\nb\n' > y; diff -I '^a' x y; echo $?
### functions in headers
printf 'f()\n1\n2\n3\n4\n5\n6\n' > x; sed s/6/7/ x > y; t diff -up x y
### new files
f; diff -uN x nofile | tail -3; diff -N nofile x | head -1
### colours
f; diff --color=always x y | cat -v; diff --color=never x y | head -1
### carriage returns, tabs
printf 'a\r\n' > x; printf 'a\n' > y; diff --strip-trailing-cr x y; echo $?; printf '\tx\n' > x; diff -t x y
### large distance
seq 100 > x; seq 50 > y; diff x y | head -2; seq 1 2 100 > y; diff x y | cksum; t diff -u x y | cksum
### more of ed, of sides, of colours
f; printf '.\nx\n' > y; diff -e x y; printf 'a\n\tb\nlonger than the column is\n' > x; printf 'a\nb\nlonger than the column is, too' > y; diff -y -W 30 x y; diff -y -t -W 31 x y; diff -y --left-column -W 30 x y; f; t diff --color=always -U1 x y | tail -n +3 | cat -v
### sides of the same, of what is missing
f; diff -y -W 20 x x; diff -y -W 20 x /dev/null; diff -y -W 20 /dev/null x; sdiff -w 40 x y; sdiff -s -w 40 x y
### one with several, trailing blanks and tabs
f; diff --from-file=x y x; echo $?; diff --to-file=x x y; printf 'a \n' > p; printf 'a\n' > q; diff -Z p q; echo $?; printf 'a\tb\n' > p; printf 'a       b\n' > q; diff -E p q; echo $?; diff -F '^a' x y | tail -n +3
### every form
printf 'a\nb\nc\nd\ne\nf\ng\nh\n' > x; printf 'a\nB\nc\nd\ne\nf\nh\ni\n' > y
diff x y; diff -u x y | tail -n +3; diff -c x y | tail -n +3; diff -y x y; diff -y -W 30 x y; diff -y --suppress-common-lines x y; diff --left-column -y x y; diff -e x y; diff -n x y; diff -q x y; diff -s x x; diff -i x y; diff -U0 x y | tail -n +3; diff -U1 x y | tail -n +3; diff -C1 x y | tail -n +3; diff --brief x y; echo $?
### what is ignored
diff -w <(printf 'a  b\n') <(printf 'a b\n'); diff -b <(printf 'a  b \n') <(printf 'a b\n'); diff -B <(printf 'a\n\nb\n') <(printf 'a\nb\n'); diff -Z <(printf 'a \n') <(printf 'a\n'); diff -E <(printf '\ta\n') <(printf '        a\n'); diff -I '^#' <(printf '#x\na\n') <(printf '#y\na\n'); echo $?; diff -a <(printf 'a\0b\n') <(printf 'a\0c\n'); diff --strip-trailing-cr <(printf 'a\r\n') <(printf 'a\n'); echo $?
### formats of groups and lines
printf 'a\nb\nc\nd\ne\nf\ng\nh\n' > x; printf 'a\nB\nc\nd\ne\nf\nh\ni\n' > y
diff --label A --label B -u x y; diff -p -u <(printf 'int f()\n{\n a\n b\n c\n d\n e\n}\n') <(printf 'int f()\n{\n a\n b\n c\n d\n x\n}\n') | tail -n +3; diff -F '^int' -u <(printf 'int f()\n{\n a\n b\n c\n d\n e\n}\n') <(printf 'int f()\n{\n a\n b\n c\n d\n x\n}\n') | tail -n +3; diff -t <(printf '\ta\n') <(printf '\tb\n'); diff -T <(printf 'a\n') <(printf 'b\n'); diff --color=always x y | head -3 | cat -v; diff --normal x y; diff -D FOO x y; diff --line-format='%L' x y; diff --old-line-format='-%L' --new-line-format='+%L' --unchanged-line-format='' x y; diff --changed-group-format='<%<|%>>' --unchanged-group-format='' x y; diff -d x y; diff --speed-large-files x y; diff -H x y
