### sums
printf abc | b2sum; printf abc > f; : > e; b2sum f e; b2sum -b f; b2sum -t f; b2sum --tag f; b2sum - < f; b2sum -z f | od -c | tail -2
### check
printf abc > f; b2sum f > s; b2sum -c s; echo $?; echo x >> f; b2sum -c s 2>/dev/null; echo $?; b2sum -c --quiet s 2>/dev/null; b2sum -c --status s; echo $?
### check what is not there (stderr)
printf abc > f; b2sum f > s; rm f; b2sum -c s; echo $?; b2sum -c --ignore-missing s; echo $?
### malformed (stderr)
echo bad > s; b2sum -c s; echo $?; printf abc > f; b2sum f > s; echo bad >> s; b2sum -c s; echo $?; b2sum -c -w s; echo $?; b2sum -c --strict s; echo $?
### tags are checked, odd names
printf abc > 'a b'; b2sum --tag 'a b' | b2sum -c; printf abc > $'n\nl'; b2sum $'n\nl'; b2sum $'n\nl' | b2sum -c
### missing (stderr)
b2sum nofile; echo $?; mkdir d; b2sum d; echo $?
