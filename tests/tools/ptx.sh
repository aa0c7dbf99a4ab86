### index
printf 'hello world\n' | ptx; printf 'one two three\n' | ptx -w 40; printf 'b a\n' | ptx -G 2>/dev/null | head -2; printf 'Hello there\n' | ptx -f -w 30
