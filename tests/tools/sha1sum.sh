### sums
printf abc | sha1sum; printf abc > f; : > e; sha1sum f e; sha1sum -b f; sha1sum -t f; sha1sum --tag f; sha1sum - < f; sha1sum -z f | od -c | tail -2
### check
printf abc > f; sha1sum f > s; sha1sum -c s; echo $?; echo x >> f; sha1sum -c s 2>/dev/null; echo $?; sha1sum -c --quiet s 2>/dev/null; sha1sum -c --status s; echo $?
### check what is not there (stderr)
printf abc > f; sha1sum f > s; rm f; sha1sum -c s; echo $?; sha1sum -c --ignore-missing s; echo $?
### malformed (stderr)
echo bad > s; sha1sum -c s; echo $?; printf abc > f; sha1sum f > s; echo bad >> s; sha1sum -c s; echo $?; sha1sum -c -w s; echo $?; sha1sum -c --strict s; echo $?
### tags are checked, odd names
printf abc > 'a b'; sha1sum --tag 'a b' | sha1sum -c; printf abc > $'n\nl'; sha1sum $'n\nl'; sha1sum $'n\nl' | sha1sum -c
### missing (stderr)
sha1sum nofile; echo $?; mkdir d; sha1sum d; echo $?
