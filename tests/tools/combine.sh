f() { printf 'a\nb\nc\nb\n' > x; printf 'b\nd\n' > y; }
### sets
f; for o in and not or xor AND; do combine x $o y; echo; done
### standard input
f; combine - and y < x
### wrong
combine x 2>/dev/null; test $? -ne 0 && echo failed
