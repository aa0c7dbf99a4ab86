### formats
printf 'abc\n\001\377' > f; od f; od -c f; od -x f; od -An -tx1 f; od -An -td1 f; od -An -tu1 f; od -An -to1 f; od -a f; od -An -tc f; od -b f; od -d f; od -s f; od -i f; od -l f; od -tx1z f
### addresses, width, skip, count
seq 20 > f; od -Ad -tx1 -w8 f | head -2; od -Ax -c -N4 f; od -j5 -N3 -c f; od -An -w4 -tx1 -N8 f; od -Ao -N1 f; od -tx2 -N4 --endian=big f; od -S 3 f | head -2
### repeats
head -c 100 /dev/zero | od; head -c 100 /dev/zero | od -v | wc -l
### floats, long
printf '\0\0\200\077\0\0\0\100' | od -tf4; printf '\0\0\0\0\0\0\360\077' | od -An -tf8; printf '\1\2\3\4\5\6\7\10' | od -An -tx8 -tx4 -td2
### empty, missing (stderr, wrong)
od </dev/null; od nofile; echo $?; od -t q </dev/null; echo $?
