### always
/usr/bin/true; echo $?; /usr/bin/true x y --nope; echo $?; /usr/bin/true --help | wc -l | grep -c '^0$'; /usr/bin/false; echo $?; /usr/bin/false --nope; echo $?
