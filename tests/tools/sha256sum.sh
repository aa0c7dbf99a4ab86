### sums
printf abc | sha256sum; printf abc > f; : > e; sha256sum f e; sha256sum -b f; sha256sum -t f; sha256sum --tag f; sha256sum - < f; sha256sum -z f | od -c | tail -2
### check
printf abc > f; sha256sum f > s; sha256sum -c s; echo $?; echo x >> f; sha256sum -c s 2>/dev/null; echo $?; sha256sum -c --quiet s 2>/dev/null; sha256sum -c --status s; echo $?
### check what is not there (stderr)
printf abc > f; sha256sum f > s; rm f; sha256sum -c s; echo $?; sha256sum -c --ignore-missing s; echo $?
### malformed (stderr)
echo bad > s; sha256sum -c s; echo $?; printf abc > f; sha256sum f > s; echo bad >> s; sha256sum -c s; echo $?; sha256sum -c -w s; echo $?; sha256sum -c --strict s; echo $?
### tags are checked, odd names
printf abc > 'a b'; sha256sum --tag 'a b' | sha256sum -c; printf abc > $'n\nl'; sha256sum $'n\nl'; sha256sum $'n\nl' | sha256sum -c
### missing (stderr)
sha256sum nofile; echo $?; mkdir d; sha256sum d; echo $?
