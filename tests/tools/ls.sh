### names in order
touch b a C .h; ls
### all, almost all
touch a .h; ls -a; ls -A
### one a line, across, commas
touch a bb ccc; ls -1; ls -C -w 20; ls -x -w 20; ls -m
### columns
for i in $(seq 1 30); do touch file$i; done; ls -C -w 60; ls -x -w 60; ls -C -w 1 | head -2
### long without owners
printf 12345 > f; chmod 640 f; touch -d '2020-01-02 03:04' f; ls -go f; ls -ln f | awk '{print $1, $2, $5, $6, $7, $8, $9}'
### total
head -c 5000 /dev/zero > f; ls -go --time-style=+ f; mkdir e; ls -l e
### recent and old times
touch -d '2001-02-03 04:05' f; ls -go f; ls -go --full-time f; ls -go --time-style=long-iso f; ls -go --time-style=iso f; ls -go --time-style=+%Y f
### sizes
printf 123 > a; head -c 1234567 /dev/zero > b; ls -S; ls -Sr; ls -goh --time-style=+ b; ls -go --si --time-style=+ b; ls -go --block-size=K --time-style=+ b; rm b
### by time
touch -d '2001-01-01' old; touch -d '2002-01-01' mid; touch -d '2003-01-01' new; ls -t; ls -tr; ls -1tu | wc -l
### by version, extension, none
touch f10 f9 f1.c a.b; ls -v; ls -X; ls -U | sort
### directories
mkdir d e; touch d/x e/y f; ls; ls d e; ls d f; ls -d d e; ls -d */
### recursive
mkdir -p d/e; touch d/x d/e/y z; ls -R
### kinds
mkdir d; touch x; chmod +x x; ln -s x l; ls -F; ls -p; ls --file-type; cd "$(mktemp -d)"; mkfifo p; ls -F; ls --file-type
### links
touch f; ln -s f l; ln -s nowhere n; mkdir d; ln -s d dl; ls -go --time-style=+ l n | sed 's/^[^ ]* //'; ls dl; ls -d dl; ls -L n 2>/dev/null; echo $?
### inodes are numbers
touch f; ls -i f | grep -c '^ *[0-9][0-9]* f$'; ls -s f
### odd names
touch 'a b' $'n\nl' "q'q" 'd"d'; ls; ls -b; ls -Q; ls -N | od -c | head -3; ls -q; ls --quoting-style=shell-escape; ls --quoting-style=c; ls --quoting-style=escape
### missing (stderr)
ls nofile; echo $?; touch a; ls nofile a; echo $?
### ignore
touch a.c b.c b.o; ls -I '*.o'; ls --hide='*.c'; touch x~; ls -B
### colours
mkdir d; touch f; ln -s f l; touch x; chmod +x x; TERM=xterm ls --color=always | cat -v; ls --color=never; ls --color=auto
### zero ends
touch a b; ls --zero | od -c
### group directories first
mkdir z; touch a; ls --group-directories-first
### hidden file as an operand
touch .h; ls .h
### unreadable directory (stderr)
mkdir d; chmod 0 d; ls d; echo $?; chmod 755 d
### author, no group
touch -d 2001-02-03 f; ls -lG f | wc -w; ls -o f | wc -w; ls -g f | wc -w
### unknown option
ls --nope 2>/dev/null; echo $?
### dereference on the command line
mkdir d; touch d/x; ln -s d l; ls -H l; ls -l l | wc -l; ls -lH l | wc -l
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
ls t; ls -a t; ls -A t; ls -1 t; ls -m t; ls -x t; ls -F t; ls -p t; ls -d t; ls -R t
### in a tree of files, 2
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
ls -t t/*; ls -S t; ls -rS t; ls -X t; ls -v t; ls -U t >/dev/null; ls -r t; ls --sort=size t; ls --group-directories-first t
### in a tree of files, 3
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
ls -Q t; ls -b 't'; touch 'a b' "q'q" 'd"q' $'n\nl' $'t\tb'; ls; ls -b; ls -Q; ls -N; ls -q; ls --quoting-style=shell; ls --quoting-style=shell-escape; ls --quoting-style=c; ls --quoting-style=escape; ls --show-control-chars
### in a tree of files, 4
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
ls nosuch; echo $?; ls nosuch t/a.txt; echo $?; ls -Z t/a.txt | wc -l; ls --zero t | od -c | head -2; ls -I '*.txt' t; ls --hide='a*' t; ls -B t; ls -L t; ls -H t/link
### quoting styles
touch -- $'a\n' $'\xff' $'a\nb' $'a\xff\xfeb' $'é\x01' "it's" 'a"b' "a'b\$" 'a b' '~a' '#a' 'a#' 'a=b' '{}' '{' 'a!b' 'a^' '-x' '[a]' 'a,b'; for s in literal shell shell-always shell-escape shell-escape-always c escape; do ls --quoting-style=$s; done
### a full device
ls -l > /dev/full; echo $?
