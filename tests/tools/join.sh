f() { printf 'a 1\nb 2\nc 3\n' > x; printf 'a X\nc Z\nd W\n' > y; }
### on the first field
f; join x y; join -a1 x y; join -a2 x y; join -v1 x y; join -v2 x y; join -a1 -a2 -e - -o 0,1.2,2.2 x y; join -o auto -a1 -a2 -e . x y
### other fields
printf '1 a\n2 b\n' > x; printf 'a:5\nb:6\n' > y; join -1 2 x <(tr : ' ' < y); join -t: y y; join -j1 -t: y y
### not in order (stderr)
printf 'b\na\n' > x; printf 'a\nb\n' > y; join x y; echo $?; join --check-order x y; echo $?; join --nocheck-order x y
### case, headers, zero
printf 'A 1\n' > x; printf 'a 2\n' > y; join -i x y; printf 'h 1\nA 1\n' > x; printf 'h 2\nA 3\n' > y; join --header x y
### repeated keys
printf 'a 1\na 2\n' > x; printf 'a x\na y\n' > y; join x y
### missing (stderr, wrong)
# uutils says it in other words
f; join x nofile; echo $?; join x; echo $?; join -1 0 x y; echo $?
### a row of calls
printf '1 a\n2 b\n3 c\n' > f; printf '1 x\n3 y\n4 z\n' > g; join f g; join -a1 f g; join -a2 f g; join -v1 f g; join -v 2 f g; join -o 1.2,2.2 f g; join -o auto -e EMPTY -a1 -a2 f g; join -t' ' f g; join -1 2 -2 1 f g; join -j 1 f g; printf 'A 1\n' > h; printf 'a 2\n' > i; join -i h i; join --header f g; join -e X -o 0,1.2,2.2 -a1 f g; printf '2 b\n1 a\n' > u; join u g; echo $?; join --nocheck-order u g; printf 'a,1\n' | join -t, - <(printf 'a,2\n'); join -z f g | od -c | head -2; join f nosuch; echo $?; join -t: f g
