### names
basename /a/b; basename a; basename a/b/; basename /; basename //; basename ''; basename /a/b.c .c; basename .c .c
### several
basename -a /a/b c/d; basename -s .c a.c b/d.c x; basename -z a | od -c; basename --suffix=.h a.h
### wrong (stderr)
basename; echo $?; basename a b c; echo $?
### options end at a name
basename -- -x; basename a -b 
### a row of calls
basename /a/b.c .c; basename a/; basename /; basename -a x/y z/w; basename -s .c a.c b.c; basename -z a | od -c; basename; echo $?; dirname /a/b; dirname a; dirname /; dirname a/b/ c; dirname -z a/b | od -c; basename a b c; echo $?; basename .c .c; dirname //a; basename ''; dirname ''
