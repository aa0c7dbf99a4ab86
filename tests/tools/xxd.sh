### dump
printf 'Hello\001\377world 12345' | xxd; printf abc | xxd -p; printf abcdefgh | xxd -c4; printf abcd | xxd -g1; printf ab | xxd -b; printf ab | xxd -u; printf 'abc' | xxd -i
### back
echo 48656c6c6f | xxd -r -p; printf hi | xxd | xxd -r; echo '00000000: 4142' | xxd -r
### skip, length
seq 20 | xxd -s3 -l5; echo abc > f; xxd -i f
### a row of calls
xxd <<< hello; xxd -p <<< hello; xxd -r -p <<< 68656c6c6f; xxd -b <<< hi; xxd -c 4 <<< hello; xxd -s 2 <<< hello; xxd -l 3 <<< hello; xxd -u <<< '{}'; xxd -g 1 <<< hello; xxd -i <<< hi; echo hi > f; xxd -i f; xxd f | xxd -r; xxd -e <<< abcdefgh; xxd -ps -c 4 <<< hello; xxd -d <<< hello; xxd -o 16 <<< a; xxd -a <(head -c 64 /dev/zero); xxd nosuch; echo $?; xxd -s -2 f; printf '00000000: 6869 0a' | xxd -r; xxd -c 256 -p <<< abc; xxd -C -i f; xxd -n foo -i f; hexdump -C <<< hello; hexdump <<< hello; hexdump -c <<< hi; hexdump -d <<< hi; hexdump -o <<< hi; hexdump -x <<< hi; hexdump -b <<< hi; hexdump -e '1/1 "%02x "' <<< hi; hexdump -n 2 -C <<< hello; hexdump -v -e '"%08_ax " 4/1 "%02x " "\n"' <<< abcdefg; head -c 64 /dev/zero | hexdump -C; hexdump -e '"%_p"' <<< $'a\n'; hd <<< x; hexdump -e '4/1 "%d " "\n"' <<< abc
