f() { printf 'abc\0\001\002hello world\tx\n\xff\xfelonger string here\n' > b; printf 'a,,c\nbb,x,\n' > c; }
### forms
f; hexdump b; hexdump -C b; hd b; hexdump -c b; hexdump -b b; hexdump -d b; hexdump -o b; hexdump -x b; hexdump -C -x b
### repeated lines, length, skip
f; head -c 100 /dev/zero | hexdump; head -c 96 /dev/zero | hexdump; head -c 100 /dev/zero | hexdump -v -n 40; hexdump -s 5 -n 9 -C b; hexdump -s 0x10 -n 010 -C b; hexdump -s 1000 b; hexdump -C b c; printf '' | hexdump -C
### formats
f; hexdump -e '16/1 "%02x " "\n"' b; hexdump -e '"%08_ax " 4/4 "%08x " "\n"' b; hexdump -ve '1/1 "%.2x"' b; hexdump -v -e '/1 "%_ad# "' -e '/1 "%_u\n"' b; hexdump -e '"%_c"' b; hexdump -e '4/1 "%3d " "  " 2/2 "%u," "\n"' b
### more formats
f; hexdump -e '1/4 "%e" "\n"' b; hexdump -e '1/8 "%g" "\n"' b; hexdump -e '8/1 "%_p" "\n"' b; printf 'abcdefgh' | hexdump -e '"%.3s|" "\n"'; printf '\377\376' | hexdump -e '2/1 "%d " "\n"'; hexdump -e '"%10.4_ax|" 4/2 "%#6x|" "\n"' b; hexdump -e '4/1 "%-4u" "|" "\n"' b; hexdump -e '"%07.7_Ad\n"' -e '"%07.7_ad  " 8/1 "%02X " "\n"' b
### format file
f; printf '# bytes\n"%%04_ax:" 8/1 " %%02x" "\\n"\n' > fmt; hexdump -f fmt b
### what is wrong (stderr)
f; hexdump nosuch; echo $?; hexdump -e '"%q"' b; hexdump -e '1/3 "%d"' b; hexdump -e '"%5s|"' b; hexdump -C nosuch c; echo $?
