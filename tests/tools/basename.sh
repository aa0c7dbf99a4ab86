### names
basename /a/b; basename a; basename a/b/; basename /; basename //; basename ''; basename /a/b.c .c; basename .c .c
### several
basename -a /a/b c/d; basename -s .c a.c b/d.c x; basename -z a | od -c; basename --suffix=.h a.h
### wrong (stderr)
basename; echo $?; basename a b c; echo $?
### options end at a name
basename -- -x; basename a -b 
