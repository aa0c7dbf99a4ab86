### one and several
mkdir a; mkdir b c
### exists (stderr)
mkdir a; mkdir a; echo $?; touch f; mkdir f; echo $?
### parents
mkdir -p a/b/c; mkdir -p a/b/c; echo $?
### missing parent (stderr)
mkdir a/b; echo $?
### mode
mkdir -m 700 a; mkdir -m u=rwx,g=,o= b; mkdir -m 1777 c; mkdir -pm 711 d/e
### verbose
mkdir -v a; mkdir -pv a/b/c
### umask
umask 077; mkdir a; mkdir -p b/c; umask 022
### no operand (stderr)
mkdir; echo $?
### parent is a file (stderr)
touch f; mkdir f/d; echo $?; mkdir -p f/d; echo $?
### wrong mode (stderr)
mkdir -m 999 a; echo $?
### trailing slash
mkdir a/; mkdir -p b/c/
### one of several exists
mkdir b; mkdir a b c 2>/dev/null; echo $?
### unwritable (stderr)
mkdir d; chmod 555 d; mkdir d/e; echo $?; chmod 755 d
### dashes
mkdir -- -d
### unknown option
mkdir --nope 2>/dev/null; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
mkdir -p a/b/c; mkdir -m 700 x; mkdir -v y; mkdir x; echo $?; mkdir q/w; echo $?; rmdir -p a/b/c; ls; rmdir t; echo $?; rmdir --ignore-fail-on-non-empty t; echo $?; rmdir -v x
