### dump
printf 'Hello\001\377world 12345' | xxd; printf abc | xxd -p; printf abcdefgh | xxd -c4; printf abcd | xxd -g1; printf ab | xxd -b; printf ab | xxd -u; printf 'abc' | xxd -i
### back
echo 48656c6c6f | xxd -r -p; printf hi | xxd | xxd -r; echo '00000000: 4142' | xxd -r
### skip, length
seq 20 | xxd -s3 -l5; echo abc > f; xxd -i f
