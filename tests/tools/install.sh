### files
echo a > f; install f g; install -m 640 f h; install -D f x/y/z; install -d p/q r; install -t p f; install -v f k; install -C f g; install -m u=rwx,go=rx f l; install -d -m 700 s
### several, backup, times
echo a > f; echo b > g; mkdir d; install f g d; install -b f g; touch -d @1000 f; install -p f t; stat -c %Y t
### wrong (stderr)
install nofile x; echo $?; install; echo $?; echo a > f; install f; echo $?; mkdir d; install d e; echo $?
