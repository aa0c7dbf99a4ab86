f() { printf 'a\nb\nd\n' > x; printf 'b\nc\nd\n' > y; }
### three columns
f; comm x y; comm -12 x y; comm -23 x y; comm -13 x y; comm -3 x y; comm -1 x y; comm -2 x y; comm -123 x y
### standard input, separator, total
f; comm - y < x; comm --output-delimiter=, x y; comm --total x y; comm -12 --total x y
### not in order (stderr)
printf 'b\na\n' > x; printf 'a\n' > y; comm x y; echo $?; comm --nocheck-order x y; comm --check-order x y; echo $?
### missing (stderr)
f; comm x nofile; echo $?; comm x; echo $?
### zero, repeats
printf 'a\0' > x; comm -z x x | od -c; printf 'a\na\n' > x; printf 'a\n' > y; comm x y; printf 'a' > x; comm x y
### a row of calls
printf 'a\nb\nc\n' > f; printf 'b\nc\nd\n' > g; comm f g; comm -12 f g; comm -3 f g; comm --output-delimiter=, f g; comm --total f g; comm -1 -2 f -  < g; printf 'b\na\n' > h; comm f h; echo $?; comm --nocheck-order f h; comm f nosuch; echo $?; comm -z f g | od -c | head -3; comm f; echo $?; comm --check-order h g; echo $?
