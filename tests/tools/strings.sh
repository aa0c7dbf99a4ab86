f() { printf 'abc\0\001\002hello world\tx\n\xff\xfelonger string here\n' > b; }
### plain, places, lengths, names
f; strings b; strings -t x b; strings -o b; strings -td b; strings -n 8 -f b; strings -6 b; cat b | strings -f; strings -n 3 b b
### white space and separators
f; strings -w b; strings -s '|' b
### wide characters
printf 'h\0e\0l\0l\0o\0' | strings -e l; printf 'xh\0e\0l\0l\0o\0' | strings -e l; printf '\0h\0e\0l\0l\0o\0\1abcd' | strings -e b; printf 'héllo\xe9abcdef\n' | strings; printf 'héllo\xe9abcdef\n' | strings -e S
### what is wrong (stderr)
strings nosuch; echo $?; strings -n 0 /dev/null; echo $?
### a row of calls
strings <<< $'abcd\x01efg\x02hijkl'; strings -n 3 <<< $'ab\x01cde'; strings -t x <<< $'\x01abcd'; strings -t d <<< $'\x01abcd'; printf 'a\nb\n' > f; printf 'a\nc\n' > g; cmp f g; echo $?; cmp -s f g; echo $?; cmp -l f g; cmp -b f g; cmp f f; cmp -n 2 f g; cmp -i 2 f g; printf 'a\n' > h; cmp f h; echo $?; cmp f nosuch; echo $?; cmp -l f h; cmp f g 2 2; cmp - g < f
