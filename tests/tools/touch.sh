y() { stat -c '%n %Y %X' "$@"; }
### makes files
touch a b; ls
### no create
touch -c a; echo $?; ls
### dates
export TZ=UTC0; touch -d '2001-02-03 04:05:06' f; y f; touch -d '2001-02-03T04:05:06Z' f; y f; touch -d @86400 f; y f; touch -d '2001-02-03 04:05:06 +0100' f; y f; touch -d 2001-02-03 f; y f
### stamps
touch -t 200102030405 f; y f; touch -t 200102030405.06 f; y f; touch -t 0102030405 f; y f
### one time only
touch -d @1000 f; touch -a -d @2000 f; y f; touch -m -d @3000 f; y f; touch --time=atime -d @4000 f; y f
### reference
touch -d @1234 f; touch -r f g; y g; touch -r f -d '+1 day' g; y g
### fractions
touch -d '2001-02-03 04:05:06.789' f; stat -c %.3Y f
### missing directory (stderr)
touch nodir/f; echo $?
### wrong date (stderr)
touch -d nonsense f; echo $?; touch -t 99 f; echo $?
### no operand (stderr)
touch; echo $?
### links
touch -d @1000 f; ln -s f l; touch -d @2000 l; y f; touch -h -d @3000 l; y f
### relative dates
touch -d '2001-01-01 +1 month' f; y f; touch -d '2001-01-01 -2 days' f; y f; touch -d '2 days ago' f; [ $(stat -c %Y f) -lt $(($(date +%s) - 100000)) ] && echo old
### keeps contents
echo a > f; touch f; cat f
### a directory
mkdir d; touch -d @1000 d; y d
### standard output
touch -d @5000 f; touch - > f; [ $(stat -c %Y f) -gt 10000 ] && echo now
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
touch -c nosuch; ls nosuch; touch -r t/a.txt n; stat -c %y n; touch -t 202001010203.04 n; stat -c %y n; touch -d '2 days ago' n; touch -d @0 n; stat -c %Y n; touch -m -d 2000-01-01 n; touch -a -d 2001-01-01 n; stat -c '%x %y' n; touch -d 'bad date' n; echo $?; touch n/x; echo $?
