### deletes and concatenates
printf 'a\nb\nc\n' > m; cp m o; cp m n
mkdir d; echo 1 > d/f; echo 2 > d/g; tar cf a.tar d m; tar --delete -f a.tar d/f; tar tf a.tar; tar xOf a.tar m; tar cf b.tar o n; tar -A -f a.tar b.tar; tar tf a.tar; tar --delete -f a.tar nosuch; echo $?; tar --delete -f a.tar d; tar tf a.tar; tar xOf a.tar n; tar Af a.tar nosuch; echo $?; tar czf z.tgz m; tar --delete -f z.tgz m; echo $?; tar --concatenate -f a.tar b.tar; tar tf a.tar | wc -l; tar rf a.tar m; tar tf a.tar | tail -1; tar --delete --wildcards -f a.tar '?'; tar tf a.tar; wc -c < a.tar; rm *.tar z.tgz
