### a file
echo a > f; cp f g
### into a directory
echo a > f; mkdir d; cp f d; cp f d/; cp -t d f
### several into a directory
echo a > f; echo b > g; mkdir d; cp f g d
### several into no directory (stderr)
echo a > f; echo b > g; cp f g h; echo $?
### missing source (stderr)
cp nofile x; echo $?; cp f; echo $?
### no operands (stderr)
cp; echo $?
### a directory without -r (stderr)
mkdir d; cp d e; echo $?
### recursive
mkdir -p d/e; echo a > d/f; echo b > d/e/g; cp -r d c; cp -R d/. x 2>/dev/null || { mkdir x; cp -R d/. x; }
### recursive into an existing directory
mkdir d c; echo a > d/f; cp -r d c; cp -rT d c
### onto itself (stderr)
echo a > f; cp f f; echo $?; ln f g; cp f g; echo $?
### a directory into itself (stderr)
mkdir d; cp -r d d/e; echo $?
### mode is kept without the umask's bits
echo a > f; chmod 777 f; cp f g; chmod 640 f; cp f h; chmod 4755 f; cp f i
### preserve
echo a > f; chmod 751 f; touch -d '2001-02-03 04:05:06' f; cp -p f g; stat -c '%a %Y' g; cp --preserve=timestamps f h; stat -c '%a %Y' h; cp --preserve=mode f i; stat -c %a i
### links are followed, or not
echo a > f; ln -s f l; cp l c; cp -P l k; cp -d l j; mkdir d; ln -s ../f d/l; cp -r d e; cp -rL d m
### archive
mkdir d; echo a > d/f; ln -s f d/l; ln d/f d/h; chmod 700 d/f; touch -d '2001-02-03' d/f; cp -a d e; stat -c '%a %Y %h' e/f; [ e/f -ef e/h ] && echo same
### no clobber and interactive
echo a > f; echo b > g; cp -n f g; echo $?; cat g; echo n | cp -i f g 2>/dev/null; cat g; echo y | cp -i f g 2>/dev/null; cat g
### force
echo a > f; echo b > g; chmod 400 g; cp f g 2>/dev/null; echo $?; cp -f f g; cat g
### update
echo a > f; echo b > g; touch -d '2001-01-01' f; cp -u f g; cat g; touch -d '2030-01-01' f; cp -u f g; cat g
### verbose
mkdir d; echo a > d/f; cp -v d/f g; cp -rv d e
### links instead of copies
echo a > f; cp -l f g; cp -s f h; [ f -ef g ] && echo hard
### backups
echo a > f; echo b > g; cp -b f g; cp --backup=numbered f g; cp -S .old -b f g
### parents
mkdir -p a/b d; echo x > a/b/c; cp --parents a/b/c d
### dangling link
ln -s nowhere l; cp l x 2>/dev/null; echo $?; cp -P l y; ls
### through a dangling link at the target (stderr)
echo a > f; ln -s nowhere l; cp f l; echo $?
### attributes only
echo a > f; chmod 700 f; echo bb > g; cp --attributes-only f g; cat g
### remove the destination first
echo a > f; echo b > g; ln g h; cp --remove-destination f g; cat h
### standard input (wrong)
# a pipe has no mode here that the copy could have
echo a | cp /dev/stdin f
### an empty file and a binary one
: > e; cp e f; printf '\0\377' > b; cp b c
### unknown option
cp --nope a b 2>/dev/null; echo $?
### not a directory (stderr)
echo a > f; echo b > g; cp f g/h; echo $?; cp f nodir/; echo $?
### trailing slashes
mkdir d; echo a > d/f; cp -r d/ e; cp -r d/ e/
### a file onto a directory (stderr)
echo a > f; mkdir -p d/f; cp f d; echo $?; cp -r d f; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp -a t u; ls -lR u | grep -v total | awk '{print $1,$5,$9,$10,$11}'
### in a tree of files, 2
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp -r t u; find u -printf '%p %y\n' | sort
### in a tree of files, 3
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp --parents t/d/b.c out 2>&1; mkdir out; cp --parents t/d/b.c out; find out | sort
### in a tree of files, 4
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp t/link out; ls -l out | cut -c1; cp -P t/link out2; readlink out2; cp -d t/link out3; readlink out3
### in a tree of files, 5
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp t u; echo $?; cp -t t/d t/a.txt; ls t/d; cp -n t/a.txt t/d/b.c; cat t/d/b.c; cp -b t/a.txt t/d/b.c; ls t/d
### in a tree of files, 6
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp --backup=numbered t/a.txt t/d/b.c; cp --backup=numbered t/a.txt t/d/b.c; ls t/d; cp -S .old -b t/a.txt t/d/b.c; ls t/d
### in a tree of files, 7
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
cp -rv t/d x | sort; cp -T t/d y; find y | sort; cp t/a.txt t/a.txt; echo $?; cp t/a.txt nosuchdir/; echo $?; cp nosuch x; echo $?
### no mode
echo a > f; chmod 755 f; mkdir d; chmod 700 d; cp f d; cp --no-preserve=mode f g; cp -r --no-preserve=mode d e
