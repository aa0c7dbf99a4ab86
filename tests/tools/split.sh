### lines
seq 5 | split -l2; seq 5 > f; split -l 3 f p; 
### bytes
printf abcdefg | split -b3; printf 'ab\ncd\nef\n' | split -C 4 - c
### numbers of pieces
seq 10 > f; split -n 3 f; split -n l/3 f l; split -n r/2 f r; split -n 2/3 f; split -n l/2/3 f
### suffixes
seq 3 | split -l1 -d; seq 3 | split -l1 -a3 - q; seq 2 | split -l1 --additional-suffix=.txt - t; seq 2 | split -l1 --numeric-suffixes=5 - n; seq 2 | split -x -l1 - h
### filter
seq 4 | split -l2 --filter='cat > $FILE.f'
### elide empty, verbose
: > e; split -n 2 -e e; seq 2 | split -l1 --verbose
### wrong (stderr)
split nofile; echo $?; split -l x </dev/null; echo $?; split -n 0 </dev/null; echo $?; seq 30 | split -l1 -a1 - z; echo $?; rm z*
### separator
printf 'a:b:c:' | split -t: -l1
### empty input
split </dev/null; ls
### obsolete
seq 3 | split -2
### a row of calls
printf 'a\nb\nc\nd\ne\n' | split -l 2; head x*; printf 'abcdef' | split -b 2 - p; head p*; seq 5 | split -n r/2 - s; head s*; seq 12 | split -d -a 3 -l 5 - t; ls t*; seq 3 | split --additional-suffix=.txt -l1 - u; ls u*; seq 4 | split -l 2 --filter='cat > $FILE.f'; ls *.f; seq 3 | split --numeric-suffixes=5 -l1 - v; ls v*; printf 'aa\nbbbb\ncc\n' | split -C 5 - w; head w*; seq 3 | split -x -l1 - y; ls y*; split nosuch; echo $?; seq 4 > ff
