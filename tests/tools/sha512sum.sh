### sums
printf abc | sha512sum; printf abc > f; : > e; sha512sum f e; sha512sum -b f; sha512sum -t f; sha512sum --tag f; sha512sum - < f; sha512sum -z f | od -c | tail -2
### check
printf abc > f; sha512sum f > s; sha512sum -c s; echo $?; echo x >> f; sha512sum -c s 2>/dev/null; echo $?; sha512sum -c --quiet s 2>/dev/null; sha512sum -c --status s; echo $?
### check what is not there (stderr)
printf abc > f; sha512sum f > s; rm f; sha512sum -c s; echo $?; sha512sum -c --ignore-missing s; echo $?
### malformed (stderr)
echo bad > s; sha512sum -c s; echo $?; printf abc > f; sha512sum f > s; echo bad >> s; sha512sum -c s; echo $?; sha512sum -c -w s; echo $?; sha512sum -c --strict s; echo $?
### tags are checked, odd names
printf abc > 'a b'; sha512sum --tag 'a b' | sha512sum -c; printf abc > $'n\nl'; sha512sum $'n\nl'; sha512sum $'n\nl' | sha512sum -c
### missing (stderr)
sha512sum nofile; echo $?; mkdir d; sha512sum d; echo $?
