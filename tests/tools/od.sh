### formats
printf 'abc\n\001\377' > f; od f; od -c f; od -x f; od -An -tx1 f; od -An -td1 f; od -An -tu1 f; od -An -to1 f; od -a f; od -An -tc f; od -b f; od -d f; od -s f; od -i f; od -l f; od -tx1z f
### addresses, width, skip, count
seq 20 > f; od -Ad -tx1 -w8 f | head -2; od -Ax -c -N4 f; od -j5 -N3 -c f; od -An -w4 -tx1 -N8 f; od -Ao -N1 f; od -tx2 -N4 --endian=big f; od -S 3 f | head -2
### repeats
head -c 100 /dev/zero | od; head -c 100 /dev/zero | od -v | wc -l
### floats, long
printf '\0\0\200\077\0\0\0\100' | od -tf4; printf '\0\0\0\0\0\0\360\077' | od -An -tf8; printf '\1\2\3\4\5\6\7\10' | od -An -tx8 -tx4 -td2
### empty, missing (stderr, wrong)
# uutils says it in other words
od </dev/null; od nofile; echo $?; od -t q </dev/null; echo $?
### a row of calls
printf 'abc\n' | od; printf 'abc\n' | od -c; printf 'abc\n' | od -x; printf 'abc\n' | od -An -tx1; printf 'abcdefghijklmnopqrstuvwxyz' | od -A d -t x1z; printf 'abcd' | od -t d4; printf 'abcd' | od -t u2 -t x1; printf 'abc' | od -j1; printf 'abc' | od -N2 -c; head -c 64 /dev/zero | od; head -c 64 /dev/zero | od -v; printf '\1\2\377' | od -t a; printf 'abcdefgh' | od -t f8; printf 'abcdefgh' | od -t fF; printf 'abc' | od -w2 -c; printf 'a\n\t\\\0' | od -c; printf 'héllo' | od -c; printf '' | od; printf 'abc' | od -b; printf 'abcd' | od -i; printf 'abcd' | od -o -A x; printf 'abc\0defg\0' | od -S 3; od nosuch; echo $?; printf 'abcdefgh' | od -l; printf 'abcdefgh' | od -t x8; printf 'abcd' | od -tx2 --endian=big; printf 'a' | od -t q; echo $?; printf abc | od -s; printf abc | od -d; printf abcd | od -f -A n; printf abcd | od -t c -t x1 -w4
