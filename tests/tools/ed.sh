printf 'one\ntwo\nthree\nfour\nfive\n' > e1; printf 'a\tb\\c\001é' > e4; printf 'X\nY\n' > e2
### prints, last, current
printf '%b' '1,3p\n$=\n.=\nq\n' | ed e1; echo $?
printf '%b' '1,3p\n$=\n.=\nq\n' > in; ed e1 < in; echo $?; rm in
### unknown commands
printf '%b' 'p\nxx\nh\nzz\nq\n' | ed e1; echo $?
printf '%b' 'p\nxx\nh\nzz\nq\n' > in; ed e1 < in; echo $?; rm in
### H
printf '%b' 'H\nxx\np\nq\n' | ed e1; echo $?
printf '%b' 'H\nxx\np\nq\n' > in; ed e1 < in; echo $?; rm in
### unsaved
printf '%b' '1d\nq\nh\nq\n' | ed e1; echo $?
printf '%b' '1d\nq\nh\nq\n' > in; ed e1 < in; echo $?; rm in
### Q
printf '%b' '1d\nQ\n' | ed e1; echo $?
printf '%b' '1d\nQ\n' > in; ed e1 < in; echo $?; rm in
### append, write
printf '%b' '2a\nX\nY\n.\n1,$n\nw e2\nq\n' | ed e1; echo $?
printf '%b' '2a\nX\nY\n.\n1,$n\nw e2\nq\n' > in; ed e1 < in; echo $?; rm in
### substitute, undo
printf '%b' ',s/o/0/gp\nu\n,p\nQ\n' | ed e1; echo $?
printf '%b' ',s/o/0/gp\nu\n,p\nQ\n' > in; ed e1 < in; echo $?; rm in
### global substitute
printf '%b' 'g/o/s//0/\\\np\n,p\nQ\n' | ed e1; echo $?
printf '%b' 'g/o/s//0/\\\np\n,p\nQ\n' > in; ed e1 < in; echo $?; rm in
### searches
printf '%b' '/three/\n?o?\n//\nq\n' | ed e1; echo $?
printf '%b' '/three/\n?o?\n//\nq\n' > in; ed e1 < in; echo $?; rm in
### move and copy
printf '%b' '2,3m0\n,p\n1t$\n,n\nQ\n' | ed e1; echo $?
printf '%b' '2,3m0\n,p\n1t$\n,n\nQ\n' > in; ed e1 < in; echo $?; rm in
### join
printf '%b' '1,2j\np\nQ\n' | ed e1; echo $?
printf '%b' '1,2j\np\nQ\n' > in; ed e1 < in; echo $?; rm in
### list and marks
printf '%b' '2l\n1ka\n3\n'"'"'ap\nQ\n' | ed e1; echo $?
printf '%b' '2l\n1ka\n3\n'"'"'ap\nQ\n' > in; ed e1 < in; echo $?; rm in
### file name
printf '%b' 'f\nf new\nf\nQ\n' | ed e1; echo $?
printf '%b' 'f\nf new\nf\nQ\n' > in; ed e1 < in; echo $?; rm in
### windows
printf '%b' '1z2\nz\nQ\n' | ed e1; echo $?
printf '%b' '1z2\nz\nQ\n' > in; ed e1 < in; echo $?; rm in
### no such file
printf '%b' 'q\n' | ed nosuch; echo $?
printf '%b' 'q\n' > in; ed nosuch < in; echo $?; rm in
### no such file to edit
printf '%b' 'H\ne nosuch2\nr nosuch2\nq\n' | ed e1; echo $?
printf '%b' 'H\ne nosuch2\nr nosuch2\nq\n' > in; ed e1 < in; echo $?; rm in
### end of input
printf '%b' '1,2p' | ed e1; echo $?
printf '%b' '1,2p' > in; ed e1 < in; echo $?; rm in
### text without end
printf '%b' 'a\nfoo' | ed -s e2; echo $?
printf '%b' 'a\nfoo' > in; ed -s e2 < in; echo $?; rm in
### separators of addresses
printf '%b' '3;+1p\n1,+2p\n,\n;\nQ\n' | ed -s e1; echo $?
printf '%b' '3;+1p\n1,+2p\n,\n;\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### global delete
printf '%b' '2,4g/e/d\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '2,4g/e/d\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### v
printf '%b' 'v/o/d\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'v/o/d\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### no match
printf '%b' 's/x/y/\nh\n2s/w/W/\np\ns/o/O/2\nh\nQ\n' | ed -s e1; echo $?
printf '%b' 's/x/y/\nh\n2s/w/W/\np\ns/o/O/2\nh\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### groups, newlines
printf '%b' '1s/\\(o\\)\\(n\\)/\\2\\1&/p\n1s/n/a\\\nb/\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '1s/\\(o\\)\\(n\\)/\\2\\1&/p\n1s/n/a\\\nb/\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### cut and put
printf '%b' '1y\n$x\n,p\n1,2y\n0x\n,n\nQ\n' | ed -s e1; echo $?
printf '%b' '1y\n$x\n,p\n1,2y\n0x\n,n\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### bad addresses
printf '%b' '10p\nh\n0p\nh\n3,1p\nh\nq5\nh\n1k1\nh\n/zzz/\nh\nQ\n' | ed -s e1; echo $?
printf '%b' '10p\nh\n0p\nh\n3,1p\nh\nq5\nh\n1k1\nh\n/zzz/\nh\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### prompt
printf '%b' 'P\n1p\nP\nQ\n' | ed -s e1; echo $?
printf '%b' 'P\n1p\nP\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### write, append
printf '%b' 'w\nw >\n1,2w e3\n3W e3\nwq\n' | ed e1; echo $?
printf '%b' 'w\nw >\n1,2w e3\n3W e3\nwq\n' > in; ed e1 < in; echo $?; rm in
### change, insert
printf '%b' '1c\nnew\n.\n2i\nins\n.\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '1c\nnew\n.\n2i\nins\n.\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### all lines
printf '%b' '%s/e/E/2\n%p\nQ\n' | ed -s e1; echo $?
printf '%b' '%s/e/E/2\n%p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### prompt option
printf '%b' '-p foo\n1p\nq\n' | ed -p '*' e1; echo $?
printf '%b' '-p foo\n1p\nq\n' > in; ed -p '*' e1 < in; echo $?; rm in
### steps
printf '%b' '\n\n+\n-\n^\n++\nq\n' | ed -s e1; echo $?
printf '%b' '\n\n+\n-\n^\n++\nq\n' > in; ed -s e1 < in; echo $?; rm in
### G
printf '%b' 'G/o/\np\n\n&\nq\nQ\n' | ed -s e1; echo $?
printf '%b' 'G/o/\np\n\n&\nq\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### V
printf '%b' 'V/o/\nd\np\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'V/o/\nd\np\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### no line
printf '%b' '1,$g/x/p\nQ\n' | ed -s e1; echo $?
printf '%b' '1,$g/x/p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### s again
printf '%b' '1,2s/$/!/\ns\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '1,2s/$/!/\ns\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### comments
printf '%b' '# comment\n1#\nQ\n' | ed -s e1; echo $?
printf '%b' '# comment\n1#\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### input without file
printf '%b' 'i\nQ\n' | ed ; echo $?
printf '%b' 'i\nQ\n' > in; ed  < in; echo $?; rm in
### E
printf '%b' 'E\nq\n' | ed e1; echo $?
printf '%b' 'E\nq\n' > in; ed e1 < in; echo $?; rm in
### e twice
printf '%b' '1d\ne\ne\nq\n' | ed e1; echo $?
printf '%b' '1d\ne\ne\nq\n' > in; ed e1 < in; echo $?; rm in
### suffix of i
printf '%b' '1i foo\nQ\n' | ed -s e1; echo $?
printf '%b' '1i foo\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### reversed
printf '%b' 'g/t/m0\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'g/t/m0\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### suffixes
printf '%b' '1,3s/t/T/n\n1pn\n1ln\nQ\n' | ed -s e1; echo $?
printf '%b' '1,3s/t/T/n\n1pn\n1ln\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### nothing
printf '%b' '' | ed -s e1; echo $?
printf '%b' '' > in; ed -s e1 < in; echo $?; rm in
### nothing, with size
printf '%b' '' | ed e1; echo $?
printf '%b' '' > in; ed e1 < in; echo $?; rm in
### global append
printf '%b' 'g/one/a\\\nx\\\ny\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'g/one/a\\\nx\\\ny\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### mark that goes
printf '%b' '2kx\n1d\n'"'"'xp\nQ\n' | ed -s e1; echo $?
printf '%b' '2kx\n1d\n'"'"'xp\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### list
printf '%b' '1l\nQ\n' | ed e4; echo $?
printf '%b' '1l\nQ\n' > in; ed e4 < in; echo $?; rm in
### undo
printf '%b' 'u\nh\n1d\nu\nu\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'u\nh\n1d\nu\nu\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### undo all
printf '%b' ',s/t\\(.\\)/<\\1>/g\n,p\n1,2d\nu\n.=\nQ\n' | ed -s e1; echo $?
printf '%b' ',s/t\\(.\\)/<\\1>/g\n,p\n1,2d\nu\n.=\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### wq a new file
printf '%b' 'wq\n' | ed nn1; echo $?
printf '%b' 'wq\n' > in; ed nn1 < in; echo $?; rm in
### read
printf '%b' 'r e2\n0r e2\n,p\nQ\n' | ed e1; echo $?
printf '%b' 'r e2\n0r e2\n,p\nQ\n' > in; ed e1 < in; echo $?; rm in
### after delete
printf '%b' '2;3d\n.p\n$d\n.p\nQ\n' | ed -s e1; echo $?
printf '%b' '2;3d\n.p\n$d\n.p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### sums of addresses
printf '%b' '/o/;/e/p\n1,2-1p\n2-p\n$-1p\n+p\n1+1p\n1 1p\nQ\n' | ed -s e1; echo $?
printf '%b' '/o/;/e/p\n1,2-1p\n2-p\n$-1p\n+p\n1+1p\n1 1p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### delimiters
printf '%b' 's/one\nh\n1s/n/N\n1s/e\n1s/o/&&\n1p\n3s,e,/,gp\n1s/O/%/\n1s/o/X/I\n,s/E/%/i\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 's/one\nh\n1s/n/N\n1s/e\n1s/o/&&\n1p\n3s,e,/,gp\n1s/O/%/\n1s/o/X/I\n,s/E/%/i\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### bad flags
printf '%b' '1s/o/a/2x\nh\ns\nh\n1t\n,n\nj\nQ\n' | ed -s e1; echo $?
printf '%b' '1s/o/a/2x\nh\ns\nh\n1t\n,n\nj\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### change with nothing
printf '%b' '2c\n.\n,n\n1,2c\nx\n.\np\nQ\n' | ed -s e1; echo $?
printf '%b' '2c\n.\n,n\n1,2c\nx\n.\np\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### global with p
printf '%b' '1,2g/e/p\ng/e/=\ng/z/s/a/b/\nh\ng/o/g/e/p\nh\ng/o/s/n/X/\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '1,2g/e/p\ng/e/=\ng/z/s/a/b/\nh\ng/o/g/e/p\nh\ng/o/s/n/X/\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### global append again
printf '%b' 'g/f/a\\\nhello\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'g/f/a\\\nhello\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### read at the end
printf '%b' '$r e2\n=\nl e\nh\nQ\n' | ed e1; echo $?
printf '%b' '$r e2\n=\nl e\nh\nQ\n' > in; ed e1 < in; echo $?; rm in
### blanks
printf '%b' ' 2 p\n 1 , 2 n\nx\nh\nv/o/s/e/E/\\\np\nwn\nh\nw q\nQ\n' | ed -s e1; echo $?
printf '%b' ' 2 p\n 1 , 2 n\nx\nh\nv/o/s/e/E/\\\np\nwn\nh\nw q\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### write back
printf '%b' ',s/^/> /\nw\nq\n' | ed e1; echo $?
printf '%b' ',s/^/> /\nw\nq\n' > in; ed e1 < in; echo $?; rm in
### range of patterns
printf '%b' '/two/,/four/d\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '/two/,/four/d\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### append at the end
printf '%b' '$a\nlast\n.\n-2,.p\nwq\n' | ed -s e1; echo $?
printf '%b' '$a\nlast\n.\n-2,.p\nwq\n' > in; ed -s e1 < in; echo $?; rm in
### vowels
printf '%b' '1,$s/[aeiou]//g\n,n\nQ\n' | ed -s e1; echo $?
printf '%b' '1,$s/[aeiou]//g\n,n\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### global copy
printf '%b' 'g/o/t.\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' 'g/o/t.\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### join and undo
printf '%b' '1,3j\ns/et/e t/\np\nu\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '1,3j\ns/et/e t/\np\nu\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### swap
printf '%b' ',s/\\(.\\)\\(.\\)/\\2\\1/g\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' ',s/\\(.\\)\\(.\\)/\\2\\1/g\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
### v from a line
printf '%b' '2,$v/e/d\n,p\nQ\n' | ed -s e1; echo $?
printf '%b' '2,$v/e/d\n,p\nQ\n' > in; ed -s e1 < in; echo $?; rm in
