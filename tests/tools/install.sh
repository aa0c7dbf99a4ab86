### files
echo a > f; install f g; install -m 640 f h; install -D f x/y/z; install -d p/q r; install -t p f; install -v f k; install -C f g; install -m u=rwx,go=rx f l; install -d -m 700 s
### several, backup, times
echo a > f; echo b > g; mkdir d; install f g d; install -b f g; touch -d @1000 f; install -p f t; stat -c %Y t
### wrong (stderr)
install nofile x; echo $?; install; echo $?; echo a > f; install f; echo $?; mkdir d; install d e; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
install -m 600 t/a.txt i; stat -c %a i; install -d p/q; install -D t/a.txt r/s/t; find p r | sort; install -v t/a.txt i2; install t/a.txt t/empty p; ls p
