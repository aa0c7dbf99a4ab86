e=/usr/bin/echo
### words
$e a b  c; $e; $e 'a  b'
### no newline
$e -n a; $e -n
### escapes
$e -e 'a\tb\nc\\d'; $e -e 'a\cb'; $e -e '\x41\0101\e' | od -c; $e -E 'a\tb'
### what is no option
$e -x a; $e -- a; $e - a; $e -nx; $e -nE 'a\n'; $e -neE 'a\tb'
### bytes
$e -e '\xff' | od -An -tx1; $e -e '\0377\400' | od -An -tx1
### a row of calls
/usr/bin/echo -e 'a\tb\\n'; /usr/bin/echo -n x; /usr/bin/echo -E 'a\tb'; /usr/bin/echo -e 'a\cb'; /usr/bin/echo -e '\x41\0101\e[0m' | od -c; /usr/bin/echo -- a; /usr/bin/echo -nex; /usr/bin/echo -e '\u41'
### POSIX
POSIXLY_CORRECT=1 $e -e 'a\nb'; POSIXLY_CORRECT=1 $e -n 'a\nb'
### escapes that are none
$e -e 'a\Eb\101\0101\x\xz\u0041\q\' | od -c
### a full device (stderr)
env echo a > /dev/full; echo $?
