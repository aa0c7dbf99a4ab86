### lines in order
printf 'b\na\nC\nB\n' | sort
### no final newline
printf 'b\na' | sort
### empty input
sort </dev/null; : > e; sort e e
### reverse, unique
printf 'b\na\nb\nc\n' | sort -ru
### numbers with signs, blanks and fractions
printf '10\n-5\n 3\n2.5\nabc\n\n-0.1\n1e3\n' | sort -n
### general numbers
printf '1e3\n10\n-inf\nnan\n2.5e-1\nx\ninf\n0x10\n' | sort -g
### human sizes
printf '1K\n2M\n512\n1G\n3K\n-1K\n1.5K\n' | sort -h
### months
printf 'mar\nJAN\nxyz\nDec\nfeb\n' | sort -M
### versions
printf 'a-1.10\na-1.9\na-1.2.1\na-1.02\nv1.0-rc1\nv1.0\na\n' | sort -V
### key by field and separator
printf 'x:3:b\ny:1:a\nz:2:b\n' | sort -t: -k2,2n
### two keys with their own orders
printf 'a 1\nb 2\na 3\nb 1\n' | sort -k1,1r -k2,2n
### key with characters
printf 'xxb1\nyya2\nzzb0\n' | sort -k1.3,1.3
### key from a field to the end of the line
printf 'a z b\na y c\nb y a\n' | sort -k2
### blanks before a key
printf 'a   2\nb 10\nc  1\n' | sort -k2 ; printf 'a   2\nb 10\nc  1\n' | sort -b -k2; printf 'a   2\nb 10\nc  1\n' | sort -k2b,2
### stable
printf 'b 1\na 1\nc 0\n' | sort -s -k2,2n
### ignore case
printf 'b\nA\na\nB\n' | sort -f; printf 'b\nA\na\nB\n' | sort -fu
### dictionary order
printf -- '-b\na\n.c\n b\n' | sort -d
### only printing characters
printf 'b\n\001a\nc\n' | sort -i | od -c
### check
printf 'a\nb\n' | sort -c; echo $?; printf 'b\na\n' | sort -c 2>&1; echo $?; printf 'b\na\n' | sort -C; echo $?
### check unique (stderr)
printf 'a\na\n' > f; sort -cu f; echo $?
### check a file (stderr)
printf 'a\nc\nb\n' > f; sort -c f; echo $?
### merge
printf 'a\nc\n' > x; printf 'b\nd\n' > y; sort -m x y
### output to an input
printf 'b\na\n' > f; sort -o f f; cat f
### several files and standard input
printf 'c\n' > x; printf 'a\n' | sort x -
### zero ends
printf 'b\0a\0' | sort -z | od -c
### tab as the separator
printf 'a\t2\nb\t1\n' | sort -t$'\t' -k2
### separators that are wrong (stderr)
sort -t ab /dev/null; echo $?; sort -t '' /dev/null; echo $?
### missing file (stderr)
sort nofile; echo $?
### keys that are wrong (stderr)
printf '1\n' | sort -k0; echo $?
### unknown option
sort --nope 2>/dev/null; echo $?
### random order keeps the lines
seq 20 | sort -R | sort -n | cksum; printf 'a\na\nb\nb\n' | sort -R | uniq | wc -l
### long options
printf '2 b\n10 a\n' | sort --key=1 --numeric-sort --reverse; printf '2\n10\n' | sort --sort=numeric
### obsolete keys
printf 'a 2\nb 1\n' | sort +1 2>/dev/null || echo no
### global options go to keys without their own
printf 'a 10\nb 9\n' | sort -n -k2; printf 'a 10\nb 9\n' | sort -n -k2,2r
### unique by key
printf 'a 1\nb 1\nc 2\n' | sort -u -k2,2
### files0-from
printf 'b\n' > x; printf 'a\n' > y; printf 'x\0y\0' > list; sort --files0-from=list
### batch, buffer and parallel do no harm
printf 'b\na\n' | sort -S 1M --parallel=2 --batch-size=2 -T .
### bytes that are not text
printf '\377\n\200\na\n' | LC_ALL=C sort | od -An -tx1
### comparison falls back to the whole line
printf 'b 1\na 1\n' | sort -k2,2; printf 'b 1\na 1\n' | sort -r -k2,2
### ip addresses
printf '10.0.0.2\n10.0.0.10\n9.1.1.1\n' | sort -t. -k1,1n -k2,2n -k3,3n -k4,4n
### the debugging option annotates
printf 'a b\n' | sort --debug -k2 2>/dev/null
### many lines
seq 5000 | sort -k1.2 | cksum; seq 5000 -1 1 | sort -n | cksum
### a row of calls
printf '3\n1\n2\n' | sort -r; printf '10\n9\n1\n' | sort -n; printf 'b 2\na 10\nc 1\n' | sort -k2n; printf '1K\n1M\n2\n1G\n' | sort -h; printf 'v1.10\nv1.9\nv1.2\n' | sort -V; printf 'Mar\nJan\nfeb\nxx\n' | sort -M
### a row of calls, 2
printf 'b\nA\na\nB\n' | sort; printf 'b\nA\na\nB\n' | sort -f; printf 'b\nA\na\nB\n' | sort -fu; printf 'a\na\nb\n' | sort -u; printf 'a b\na-b\nab\n' | sort -d; printf ' b\na\n  c\n' | sort -b; printf ' b\na\n' | sort
### a row of calls, 3
printf 'a:3\nb:1\n' | sort -t: -k2; printf 'x 1 z\nx 1 a\n' | sort -k2,2 -s; printf 'x 1 z\nx 1 a\n' | sort -k2,2; printf 'a1\na10\na2\n' | sort -k1.2n; printf '1e3\n2\n1e-1\n' | sort -g; printf 'c\na\n' | sort -o out; cat out; printf 'b\na\n' | sort -c; echo $?; printf 'a\nb\n' | sort -C; echo $?; printf 'a\0c\0b' | sort -z | od -c; printf 'b\na' | sort; printf 'a\nc\n' > f; printf 'b\nd\n' > g; sort -m f g; sort --parallel=2 f g; sort f nosuch; echo $?; sort -k0 f; echo $?
### a row of calls, 4
printf 'a\r\nb\r\n' | sort -r | od -c; printf '\xff\n\xfe\n' | sort | od -c; printf 'é\ne\nz\n' | sort; printf '+1\n-1\n0\n 5\n' | sort -n; printf '0x10\n5\n' | sort -n; printf 'a  b\na c\n' | sort -k2; printf 'a,1,x\nb,1,a\n' | sort -t, -k2,2n -k3,3r; printf '1\n1.5\n1.25\n-0\n.5\n' | sort -n; printf '1,000\n2\n' | sort -n; printf 'x\ny\n' | sort -R | sort; printf 'b\nb\na\n' | sort -ru; printf '3 a\n1 b\n' | sort -nk1,1 -r
