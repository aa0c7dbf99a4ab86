### formats
/usr/bin/env time -f '%x %C %% %t' true a b 2>&1 | sed 's/ [0-9]*$/ N/'; /usr/bin/env time -f 'a\tb\\' sh -c 'exit 3' 2>&1

### posix
/usr/bin/env time -p true 2>&1 | sed 's/[0-9]/N/g'

### output to a file
/usr/bin/env time -o out -f one true; /usr/bin/env time -a -o out -f two false; echo $?

### status
/usr/bin/env time -q -f x sh -c 'exit 7' 2>&1; echo $?; /usr/bin/env time -f x nonesuch 2> /dev/null; echo $?; /usr/bin/env time -f x sh -c 'kill -9 $$' 2>&1; /usr/bin/env time 2> /dev/null; echo $?
