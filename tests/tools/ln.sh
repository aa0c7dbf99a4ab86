### symbolic
ln -s target l; readlink l
### hard
echo a > f; ln f g; [ f -ef g ] && echo same; stat -c %h f
### into a directory
echo a > f; mkdir d; ln f d; ln -s ../f d/s; ln -st d x y; ls d; readlink d/x
### one operand
mkdir d; echo a > d/f; ln -s d/f; readlink f
### exists (stderr)
echo a > f; ln -s x l; ln -s y l; echo $?; ln f l; echo $?
### force
ln -s x l; ln -sf y l; readlink l; echo a > f; echo b > g; ln -f f g; cat g
### no dereference
mkdir d; ln -s d l; ln -sfn x l; readlink l; ln -s d k; ln -sf x k; readlink k; readlink d/x
### relative
mkdir -p a/b c; touch a/b/f; ln -sr a/b/f c/l; readlink c/l
### verbose
touch f; ln -sv x l; ln -v f g
### backup
ln -s x l; ln -sb y l; readlink l; readlink l~
### missing (stderr)
ln nofile x; echo $?
### a directory (stderr)
mkdir d; ln d e; echo $?
### no operand (stderr)
ln; echo $?
### to a link
touch f; ln -s f l; ln -P l h; readlink h; ln -L l k; [ -L k ] || echo file
### interactive
ln -s x l; echo n | ln -si y l 2>/dev/null; readlink l; echo y | ln -si y l 2>/dev/null; readlink l
### no target directory (stderr)
mkdir d; ln -sT x d; echo $?; ln -s a b c; echo $?
### same file (stderr)
touch f; ln -sf f f; echo $?; ln -f f f; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
ln t/a.txt h; ln -s t/a.txt s; ln -sf t/d s; readlink s; ln -sfn t/empty s; readlink s; ln -sr t/a.txt t/d/rel; readlink t/d/rel; ln -v t/a.txt h2; ln t/a.txt h; echo $?; ln -b t/a.txt h; ls; ln -t t/d h; ls t/d
