### a file
echo a > f; mv f g
### into a directory
echo a > f; echo b > g; mkdir d; mv f g d
### over a file
echo a > f; echo b > g; mv f g
### a directory, and into one
mkdir d e; echo a > d/f; mv d x; mv x e
### onto itself (stderr)
echo a > f; mv f f; echo $?
### a directory into itself (stderr)
mkdir d; mv d d/e; echo $?
### missing source (stderr)
mv nofile x; echo $?
### operands missing (stderr)
mv; echo $?; mv a; echo $?
### several into no directory (stderr)
echo a > f; echo b > g; mv f g h; echo $?
### no clobber
echo a > f; echo b > g; mv -n f g; echo $?
### interactive
echo a > f; echo b > g; echo n | mv -i f g 2>/dev/null; cat g; echo y | mv -i f g 2>/dev/null; cat g
### update
echo a > f; echo b > g; touch -d '2001-01-01' f; mv -u f g; cat f g
### verbose
echo a > f; mkdir d; mv -v f g; mv -v g d
### backups
echo a > f; echo b > g; mv -b f g; echo c > f; mv --backup=numbered f g; echo d > f; mv -S .o -b f g
### target directory
echo a > f; echo b > g; mkdir d; mv -t d f g
### no target directory
mkdir d e; mv -T d e; ls; mkdir d; echo x > e/f; mv -T d e 2>/dev/null; echo $?
### a file over a directory (stderr)
echo a > f; mkdir -p d/f; mv f d; echo $?; mkdir e; mv e f; echo $?
### a directory over one that is not empty (stderr)
mkdir -p d e/d; echo x > e/d/f; mv d e; echo $?
### links stay links
echo a > f; ln -s f l; mv l k; ln -s nowhere n; mv n m
### trailing slash
mkdir d; mv d/ e/; echo a > f; mv f g/ 2>/dev/null; echo $?
### hard links to one file
echo a > f; ln f g; mv f g; ls
### unknown option
mv --nope a b 2>/dev/null; echo $?
### without permission
mkdir d; echo a > d/f; chmod 555 d; mv d/f x 2>/dev/null; echo $?; chmod 755 d
### into itself (stderr)
mkdir d; mv d d/e; echo $?; ls -R
