### sizes
echo hello > f; truncate -s 3 f; truncate -s 5 g; truncate -s +2 f; truncate -s -1 f; truncate -s '<2' f; truncate -s '>4' f; truncate -s '%3' f; truncate -s /4 g; stat -c '%n %s' f g; truncate -r f h; stat -c %s h; truncate -c -s 5 no; truncate -s 1K k; stat -c %s k; rm k
### wrong (stderr)
truncate f; echo $?; truncate -s x f; echo $?; truncate -s 1; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
truncate -s 10 n; stat -c %s n; truncate -s +5 n; stat -c %s n; truncate -s -3 n; stat -c %s n; truncate -s '<5' n; stat -c %s n; truncate -s %4 n; stat -c %s n; truncate -r t/a.txt n; stat -c %s n; truncate -s 1K n; stat -c %s n; truncate -c -s 1 nosuch; ls nosuch; truncate n; echo $?
