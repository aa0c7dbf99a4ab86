### the fields of a file
printf abc > f; chmod 640 f; touch -d '2001-02-03 04:05:06.5' f; stat -c '%n %s %a %A %F %h %y %Y %f' f
### kinds
mkdir d; ln -s f l; : > e; stat -c '%F %N' d l e; cd "$(mktemp -d)"; mkfifo p; stat -c '%F %N' p
### follow
echo a > f; ln -s f l; stat -L -c '%F %s' l; stat -c '%F %s' l
### printf
echo a > f; stat --printf='%n\t%s\n' f; stat --printf='%n' f
### widths
echo a > f; stat -c '[%8s] [%-8s] [%08s] [%.3Y]' f | sed 's/[0-9]*\.[0-9]*/N/'
### octal and hex
echo a > f; chmod 755 f; stat -c '%a %#a %04a %f' f
### missing (stderr)
stat nofile; echo $?; stat -c %s nofile; echo $?
### several, one missing
echo a > f; stat -c %n f nofile f 2>/dev/null; echo $?
### percent and unknown
echo a > f; stat -c '%%n %n%' f
### filesystem
stat -f -c '%n %S' . | wc -w
### terse has fields
echo a > f; stat -t f | wc -w
### no operand (stderr)
stat; echo $?
### the long form
echo a > f; touch -d '2001-02-03' f; stat f | sed -n '1p;2s/  */ /gp;6p' | sed 's/Blocks: [0-9]* //; s/IO Block: [0-9]* //'
### standard input
stat -c %F - < /dev/null
### blocks and sizes
head -c 10000 /dev/zero > f; stat -c '%s %B' f; rm f
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
stat -c '%y|%Y|%x' t/a.txt | cut -d'|' -f1,2; stat --printf '%n\t%s\n' t/a.txt; stat -L -c %F t/link; stat -c %F t/empty; stat -c '%05s|%-5s|%5a' t/a.txt; stat nosuch; echo $?; stat -f -c %T / >/dev/null; echo $?; stat -c '%q %%' t/a.txt; stat -t t/a.txt | wc -w
