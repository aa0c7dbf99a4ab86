### sizes
echo hello > f; truncate -s 3 f; truncate -s 5 g; truncate -s +2 f; truncate -s -1 f; truncate -s '<2' f; truncate -s '>4' f; truncate -s '%3' f; truncate -s /4 g; stat -c '%n %s' f g; truncate -r f h; stat -c %s h; truncate -c -s 5 no; truncate -s 1K k; stat -c %s k; rm k
### wrong (stderr)
truncate f; echo $?; truncate -s x f; echo $?; truncate -s 1; echo $?
