### apparent sizes
mkdir -p d/e; printf 12345 > d/f; printf 123 > d/e/g; du -b d/f d/e/g; du --apparent-size -b -a d/f; du -bc d/f d/e/g; du -sb d/f; du -bh d/f; du -b0 d/f | od -c | tail -2
### shape of a tree
mkdir -p d/e/f; echo a > d/x; du -a d | cut -f2 | sort; du -d1 d | cut -f2; du -s d | cut -f2; du -S d | cut -f2; du --max-depth=0 d | cut -f2; du -a --exclude=x d | cut -f2 | sort; du -d 1 -a d | cut -f2 | sort
### hard links count once
head -c 10000 /dev/zero > a; ln a b; du -bc a b | tail -1; du -lbc a b | tail -1; rm a b
### units and thresholds
head -c 100000 /dev/zero > a; du --apparent-size -k a; du --apparent-size -h a; du --apparent-size -B 1000 a; du --apparent-size --si a; du -b -t 200000 a; du -b -t 1000 a; rm a
### missing (stderr)
du nofile; echo $?; du -d x .; echo $?
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
du -a t | cut -f2 | sort; du -s t | cut -f2; du -ab t | sort -k2; du -sb t/a.txt; du --apparent-size -h t/a.txt; du -c t/empty; du --max-depth=1 t | cut -f2 | sort; du -0 t/empty | od -c; du --exclude='*.txt' -a t | cut -f2 | sort; du nosuch; echo $?
