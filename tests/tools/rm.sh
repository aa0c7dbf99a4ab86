### files
echo a > f; echo b > g; echo c > h; rm f g
### missing (stderr)
rm nofile; echo $?
### missing with force
rm -f nofile; echo $?; rm -f; echo $?
### no operands (stderr)
rm; echo $?
### a directory (stderr)
mkdir d; rm d; echo $?
### recursive
mkdir -p d/e/f; echo a > d/e/g; rm -r d; mkdir -p x/y; rm -rf x nofile
### empty directories
mkdir d e; echo a > e/f; rm -d d; rm -d e 2>/dev/null; echo $?
### verbose
mkdir -p d/e; echo a > d/f; rm -rv d; echo a > f; rm -v f
### interactive
echo a > f; echo n | rm -i f 2>/dev/null; ls; echo y | rm -i f 2>/dev/null; ls
### once interactive
for i in 1 2 3 4; do : > $i; done; echo n | rm -I 1 2 3 4 2>/dev/null; ls; echo y | rm -I 1 2 3 4 2>/dev/null; ls
### a prompt (stderr, wrong)
# uutils says it in other words
echo a > f; echo n | rm -i f
### links are not followed
mkdir d; echo a > d/f; ln -s d l; ln -s nowhere n; rm l n; rm -r d
### a link with a slash behind it
mkdir d; echo a > d/f; ln -s d l; rm -r l/ 2>/dev/null; echo $?
### dot and dot-dot (stderr)
rm -r . ..; echo $?; mkdir d; rm -rf d/.; echo $?
### slash is refused (stderr)
rm -rf /; echo $?
### names with dashes
: > -f; rm -- -f; : > ./-x; rm ./-x
### not writable directory
mkdir d; echo a > d/f; chmod 555 d; rm -rf d 2>/dev/null; echo $?; chmod 755 d
### write-protected file with force
echo a > f; chmod 400 f; rm -f f
### write-protected file without a terminal
echo a > f; chmod 400 f; echo | rm f; ls
### odd names
: > 'a b'; : > $'n\nl'; : > '*'; rm '*'; ls -b; rm -f *
### not a directory (stderr, wrong)
# uutils says it in other words
echo a > f; rm f/g; echo $?; rm -f f/g; echo $?
### unknown option
rm --nope 2>/dev/null; echo $?
### one of several is missing
echo a > f; echo b > g; rm f nofile g 2>/dev/null; echo $?; ls
### deep
p=d; for i in 1 2 3 4 5 6 7 8 9; do p=$p/d; done; mkdir -p $p; rm -r d; ls
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
rm t; echo $?; rm -r t/d; ls t; rm -f nosuch; echo $?; rm nosuch; echo $?; rm -v t/a.txt; rm -d t/.h; ls -a t; rm -rf t; ls
