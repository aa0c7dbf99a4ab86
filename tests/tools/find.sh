tree() { mkdir -p a/b/c d; echo 1 > a/f.txt; echo 22 > a/b/g.c; : > a/b/c/empty; ln -s ../a/f.txt d/link; touch -d 2001-01-01 a/f.txt; chmod 755 a/b/g.c; }
### everything
tree; find | sort; find . a/f.txt -maxdepth 0
### names
tree; find . -name '*.c'; find . -iname 'F*' | sort; find . -path './a/b*' | sort; find . -name 'e*' -o -name '*.txt' | sort
### types
tree; find . -type f | sort; find . -type d | sort; find . -type l; find . -type f,l | sort
### sizes
tree; find . -type f -size 0; find . -type f -size -2c | sort; find . -type f -size +2c; find . -empty; find . -type f -size 1 | sort
### times
tree; find . -type f -mtime +100; find . -type f -newer a/f.txt | sort; find . -newermt 2001-06-01 -type f | sort; find . -type f -mmin -5 | sort
### modes
tree; find . -type f -perm 755; find . -type f -perm -100; find . -type f -perm /111; find . -type f -perm u=rw,go=r | sort
### depth
tree; find . -maxdepth 1 | sort; find . -mindepth 2 -maxdepth 2 | sort; find a -depth
### not, and, or, brackets (wrong)
# GNU prints what is before the comma, against its manual
tree; find . ! -type d | sort; find . -type f \( -name '*.c' -o -name '*.txt' \) | sort; find . -type f -a -not -name '*.c' | sort; find . -type d -name a , -name b
### prune
tree; find . -name b -prune -o -type f -print | sort
### exec
tree; find . -name '*.c' -exec echo {} \;; find . -type f -exec echo {} + | wc -l; find . -name '*.c' -exec false \; -print; find a -name f.txt -execdir echo {} \;
### exec's status
tree; find . -name '*.c' -exec false {} +; echo $?; find . -name '*.c' -exec false \;; echo $?
### delete
tree; find a -name '*.c' -delete; find d -delete; ls; ls a/b
### printf
tree; find a -type f -printf '%p %f %h %s %d %P %y %m\n' | sort; find d -type l -printf '%l %y\n'; find a/f.txt -printf '%TY-%Tm-%Td %t\n%%\t\\\n'
### print0 and quit
tree; find a -type f -print0 | sort -z | tr '\0' '\n'; find . -type f -quit; find a -print -quit
### regex
tree; find . -regex '.*/[fg]\..*' | sort; find . -regextype posix-extended -regex '.*\.(c|txt)' | sort; find . -iregex '.*EMPTY'
### links
tree; find d -type f; find -L d -type f; find d -lname '*f.txt'; find -H d -xtype f
### missing (stderr)
find nodir; echo $?
### wrong expression (stderr)
find . -nope; echo $?; find . -name; echo $?; find . -type q; echo $?
### ls
tree; find a -name f.txt -ls | awk '{print $3, $NF}'
### samefile, links, user
tree; ln a/f.txt h; find . -samefile h | sort; find . -links 2 -type f | sort; find . -user $(id -u) -type f | wc -l
### executable, readable
tree; find . -type f -executable; find . -type f -readable | wc -l
### fprint
tree; find a -name '*.c' -fprint out; cat out
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t | sort
### in a tree of files, 2
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type f -printf '%f %s %m %y %d %h %P\n' | sort
### in a tree of files, 3
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -printf '%p %l %Y\n' | sort
### in a tree of files, 4
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type f -printf '%TY-%Tm-%Td %TH:%TM:%TS %Ta %Tb %Tj %f\n' | sort
### in a tree of files, 5
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -maxdepth 1 | sort; find t -mindepth 2 | sort; find t -depth | head -2 | sort
### in a tree of files, 6
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name '*.txt' -o -name '*.c' | sort
### in a tree of files, 7
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -iname 'A.TXT'; find t -path '*/d/*' | sort; find t -regex '.*/[a-c]\..*' | sort; find t -regextype posix-extended -regex '.*/(a|b)\.(txt|c)' | sort
### in a tree of files, 8
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -empty | sort; find t -size +0 -type f | sort; find t -size 5c; find t -size -1 -type f
### in a tree of files, 9
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -perm 755 | sort; find t -perm -100 -type f; find t -perm /022 | sort; find t -perm u=rwx,g=rx
### in a tree of files, 10
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -newer t/a.txt -type f | sort; find t -newermt 2020-06-01 -type f | sort; find t -mtime +100 -type f | sort
### in a tree of files, 11
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type l | sort; find -L t -type l; find t -xtype l; find t -lname 'a*'
### in a tree of files, 12
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type d -name d -prune -o -print | sort
### in a tree of files, 13
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name '*.txt' -exec echo {} \; | sort; find t -name '*.txt' -exec echo + {} + | wc -w; find t -type f -exec sh -c 'echo ${1##*/}' _ {} \; | sort
### in a tree of files, 14
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name 'a*' -delete; ls t
### in a tree of files, 15
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -depth -type f -delete; find t | sort
### in a tree of files, 16
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type f -quit; find t -name a.txt -print0 | od -c | head -2
### in a tree of files, 17
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -not -name '*.txt' ! -type d | sort; find t \( -name a.txt -o -name b.c \) -type f | sort
### in a tree of files, 18
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name x -o; echo $?; find nosuch; echo $?; find t -badopt; echo $?
### in a tree of files, 19
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -execdir pwd \; | sort | head -2; find t -false; find t -true -maxdepth 0
### in a tree of files, 20
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type f,l | sort; find t -readable -writable | wc -l; find t -executable -type f
### in a tree of files, 21
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name '[!a]*' | sort; find t -wholename t/d; find . -path ./t/d -prune -false -o -name c.txt
### in a tree of files, 22
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -type f -fprint out; sort out; find t -name a.txt -fprintf out2 '%f\n'; cat out2
### in a tree of files, 23
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -daystart -mtime -1 -type d | wc -l; find t -mmin -10 -type d | wc -l; find t -amin +1000000
### in a tree of files, 24
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -name a.txt -exec false \; -print; find t -name a.txt -exec true \; -print; find t -name a.txt -exec false {} + ; echo $?
### in a tree of files, 25
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
find t -printf '%%|\t|\n|\101|%M %#m\n' | sort | head -3; find t -name a.txt -printf '%-10f|%10s|%05m\n'
### a command that is not there (stderr)
touch f; find f -exec nocmd {} \; ; echo $?; find f -exec nocmd {} +; echo $?
