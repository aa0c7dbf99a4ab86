### sums
printf abc | md5sum; printf abc > f; : > e; md5sum f e; md5sum -b f; md5sum -t f; md5sum --tag f; md5sum - < f; md5sum -z f | od -c | tail -2
### check
printf abc > f; md5sum f > s; md5sum -c s; echo $?; echo x >> f; md5sum -c s 2>/dev/null; echo $?; md5sum -c --quiet s 2>/dev/null; md5sum -c --status s; echo $?
### check what is not there (stderr)
printf abc > f; md5sum f > s; rm f; md5sum -c s; echo $?; md5sum -c --ignore-missing s; echo $?
### malformed (stderr)
echo bad > s; md5sum -c s; echo $?; printf abc > f; md5sum f > s; echo bad >> s; md5sum -c s; echo $?; md5sum -c -w s; echo $?; md5sum -c --strict s; echo $?
### tags are checked, odd names
printf abc > 'a b'; md5sum --tag 'a b' | md5sum -c; printf abc > $'n\nl'; md5sum $'n\nl'; md5sum $'n\nl' | md5sum -c
### missing (stderr)
md5sum nofile; echo $?; mkdir d; md5sum d; echo $?
