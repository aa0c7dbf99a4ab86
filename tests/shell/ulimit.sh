# What ulimit prints, sets and refuses; each limit held; subshells have their own.
ulimit -n; ulimit -Hn
ulimit -f; ulimit
ulimit -c -t
ulimit -Sn 100; ulimit -n; ulimit -Hn
ulimit -n 200; ulimit -n; ulimit -Hn
ulimit -Sn 300 2>&1; echo $?
ulimit -n 300 2>&1; echo $?
ulimit -Sn hard; ulimit -n
ulimit -n soft; ulimit -Hn
ulimit -n abc 2>&1; ulimit -n 0x10 2>&1; ulimit -n 99999999999999999999 2>&1; ulimit -p 9 2>&1
ulimit -b 2>&1; echo $?
ulimit -Sc 4 -d 400000; ulimit -c -d; ulimit -aS | grep -e core -e data -e pipe
set -o posix; ulimit -c; set +o posix

echo "-- inherited"
bash -c 'ulimit -n; ulimit -Hn; ulimit -n 50; ulimit -n'
ulimit -n

echo "-- subshells"
(ulimit -n 20; ulimit -n; bash -c 'ulimit -n'); ulimit -n
echo $(ulimit -n 30; ulimit -n; ulimit -Hn) $(ulimit -n)
lower() { ulimit -n 40; }
(lower; ulimit -n; ulimit -Hn; ulimit -n 60 2>&1; bash -c 'ulimit -n'); ulimit -n; ulimit -Hn
ulimit -n 25 | cat; ulimit -n

echo "-- file size"
cd /tmp || exit
(ulimit -f 1; head -c 5000 /dev/zero > one; echo $?) 2> err
wc -c < one; grep -o 'File size limit exceeded' err
(ulimit -f 1; printf %5000s > two; echo not reached) 2> /dev/null; echo $?
wc -c < two
(ulimit -f 1; trap '' XFSZ; printf %5000s > three; echo $?) 2>&1 | sed 's/.*line [0-9]*: //'
(ulimit -f 1; printf %1000s > four; printf %1000s >> four; echo $?) 2> /dev/null; wc -c < four
(ulimit -f 1; head -c 5000 /dev/zero | wc -c; head -c 5000 /dev/zero > /dev/null; echo $?)
(ulimit -f 1; truncate -s 2000 five; echo $?) 2> /dev/null
(f() { ulimit -f 1; }; f; printf %5000s > six; echo not reached) 2> /dev/null; echo $?; printf %5000s > six; wc -c < six

echo "-- open files"
(ulimit -n 6; exec 3> a 4> b 5> c; exec {x}> d; echo $?) 2>&1 | sed 's/.*line [0-9]*: //'

echo "-- processor time"
(ulimit -t 1; while :; do :; done) 2> /dev/null; echo $?
(ulimit -St 1; while :; do :; done) 2> /dev/null; echo $?
(ulimit -St 1; trap 'echo heard; exit 7' XCPU; while :; do :; done); echo $?

echo "-- processes"
(ulimit -u 1; /bin/true) 2> err; echo $?; grep -o 'fork: Resource.*' err

echo "-- memory"
(ulimit -v 100000; tail -c 200000000 < /dev/zero | head -c 1; echo ${PIPESTATUS[0]}) 2>&1 | grep -c 134
ulimit -v
