### copies
echo abc | dd 2>/dev/null; echo abcdef | dd bs=2 count=2 2>/dev/null; echo; echo abcdef > f; dd if=f of=g 2>/dev/null; cat g
### counts (stderr)
printf 'abcde' | dd bs=2 status=noxfer; printf abcd | dd ibs=1 obs=2 status=noxfer | cat; printf '' | dd status=none
### skip and seek
echo abcdef > f; dd if=f bs=1 skip=2 count=2 2>/dev/null; echo; printf XY | dd of=f bs=1 seek=1 conv=notrunc 2>/dev/null; cat f; printf ZZ | dd of=g bs=1 seek=3 2>/dev/null; od -c g
### conversions
echo aBc | dd conv=ucase 2>/dev/null; echo aBc | dd conv=lcase 2>/dev/null; printf abcd | dd conv=swab 2>/dev/null; echo; printf a | dd bs=4 conv=sync 2>/dev/null | od -c; printf 'ab\nc\n' | dd cbs=4 conv=block 2>/dev/null | od -c; printf 'ab  c   ' | dd cbs=4 conv=unblock 2>/dev/null
### flags
echo abc > f; printf def | dd of=f oflag=append conv=notrunc 2>/dev/null; cat f; dd if=f bs=4 skip=1 iflag=skip_bytes 2>/dev/null; seq 1000 | dd bs=1k count=2 iflag=fullblock 2>/dev/null | wc -c; dd if=f iflag=count_bytes count=2 2>/dev/null; echo
### wrong (stderr)
dd if=nofile; echo $?; dd bs=0; echo $?; dd foo=1; echo $?; dd conv=xyz; echo $?; dd bs=x; echo $?
### sizes
head -c 100000 /dev/zero | dd bs=1K count=3 2>/dev/null | wc -c; head -c 100000 /dev/zero | dd bs=2x3 count=2 2>/dev/null | wc -c; head -c 9999 /dev/zero | dd bs=1kB count=1 2>/dev/null | wc -c
### exclusive, no create, truncation
echo a > f; dd if=/dev/null of=f conv=excl 2>/dev/null; echo $?; dd if=/dev/null of=g conv=nocreat 2>/dev/null; echo $?; dd if=/dev/null of=f 2>/dev/null; wc -c < f
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
dd if=t/a.txt of=o bs=2 count=1 2>/dev/null; cat o; dd if=t/a.txt bs=1 skip=2 2>/dev/null; dd if=t/a.txt conv=ucase 2>/dev/null; printf abcd | dd conv=swab 2>/dev/null; printf 'ab\ncd\n' | dd cbs=4 conv=block 2>/dev/null; printf 'ab  cd  ' | dd cbs=4 conv=unblock 2>/dev/null; dd if=t/a.txt of=o bs=1 seek=3 conv=notrunc 2>/dev/null; od -c o; dd if=/dev/zero bs=1k count=2 2>/dev/null | wc -c; dd if=t/a.txt status=none; dd if=t/a.txt of=/dev/null 2>&1 | head -2; dd if=nosuch; echo $?; printf abc | dd bs=2 conv=sync 2>/dev/null | od -c; printf abc | dd ibs=1 obs=2 2>/dev/null; dd if=t/a.txt iflag=skip_bytes skip=3 2>/dev/null; printf '12345' | dd bs=1 count=3B 2>/dev/null
