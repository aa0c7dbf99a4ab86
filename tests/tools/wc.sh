input() { printf 'one two\nthree\n'; }
### all three
input | wc; input > f; wc f
### each alone
input | wc -l; input | wc -w; input | wc -c; input | wc -m; input | wc -L
### of a file
input > f; wc -l f; wc -lw f; wc -c < f
### several files
input > f; printf 'x\n' > g; wc f g; wc -l f g; wc -c f g -
### no final newline
printf 'a b' | wc; printf 'a' | wc -l
### empty
wc </dev/null; : > e; wc e; wc -c e
### characters and bytes
printf 'h\303\251llo\n' | wc -cm; printf 'h\303\251llo\n' | wc -m; printf '\303' | wc -m
### longest line with tabs and wide characters
printf 'a\tb\nccc\n' | wc -L; printf '\346\227\245\n' | wc -L; printf 'abc' | wc -L
### blanks of every kind
printf 'a\t\v b\f\rc\n\n d' | wc -w
### missing file (stderr)
input > f; wc f nofile; echo $?
### a directory (stderr)
mkdir d; wc d; echo $?
### files0-from
input > f; printf 'f\0f\0' | wc --files0-from=-
### order of the columns is fixed
input | wc -cl; input | wc -L -w
### unknown option
wc --nope 2>/dev/null; echo $?
### wide numbers
yes | head -c 1234567 | wc; yes | head -c 1234567 > f; wc f; rm f
### binary
printf '\0\001\377\n' | wc
### standard input by its name
input | wc -; input | wc - 
### a row of calls
wc <<< 'a b c'; wc -l <<< $'1\n2'; wc -w <<< 'a b'; wc -c <<< abc; wc -m <<< é; wc -L <<< $'abc\nde'; seq 3 > f; wc f f; wc -l f nosuch; echo $?; printf 'abc' | wc -l; wc -lw f; wc --files0-from=<(printf 'f\0f\0'); wc < f; printf 'a\0b\n' | wc; printf '\xff\n' | wc -m; cat f | wc -l -; wc - < f; printf 'a\u00a0b\n' | wc -w; printf '日本\t\n' | wc -L
