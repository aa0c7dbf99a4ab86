### widths
echo abcdefghij | fold -w4; echo 'one two three' | fold -sw 8; seq -s '' 100 | fold | head -1; echo abcdef | fold -3
### tabs, backspaces, bytes
printf 'a\tb\n' | fold -w 8; printf 'ab\bcd\n' | fold -w 2 | od -c; printf 'a\tbcdefghij\n' | fold -bw 5; printf 'h\303\251llo\n' | fold -w2 | od -An -tx1
### no final newline, empty lines, wrong
printf abc | fold -w2; printf '\n\n' | fold; fold -w0 </dev/null 2>/dev/null; echo $?; fold -w x </dev/null 2>/dev/null; echo $?
### every width
for w in 1 2 5 80; do for o in '' -s -b -sb; do printf 'the quick\tbrown  fox\njumps\b\bover\r\nxx\n\nno end' | fold $o -w $w; echo; done; done
### a line without an end
tr -dc A-Za-z < /dev/urandom | fold -w 8 | head -n 1 | wc -c
