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
