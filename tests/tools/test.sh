t() { /usr/bin/test "$@"; echo $?; }
### strings (wrong)
# ours compares strings, as newer GNU versions do
t a; t ''; t -n a; t -z a; t a = a; t a = b; t a != b; t a '<' b; t -n
### numbers
t 1 -eq 1; t 1 -lt 2; t 2 -le 1; t -5 -gt -6; t 10 -ne 10; t 1 -ge 1
### files
touch f; mkdir d; ln -s f l; echo x > s; t -e f; t -f f; t -d d; t -L l; t -h f; t -s f; t -s s; t -r f; t -x f; t -x d; t -e no
### times and same
touch -d @1 a; touch -d @2 b; t a -ot b; t a -nt b; ln a c; t a -ef c; t b -nt no; t no -ot b
### and, or, not
t a -a ''; t a -o ''; t ! a; t ! '' -a b; t \( a \); t \( a -o '' \) -a b
### wrong (stderr)
t() { env test "$@"; echo $?; }
t x -eq 1; t 1 -foo 2; t a b; t a -a; t x = x -a -f; t '(' a; t '(' a b c d e; t a = a b c; t -q x; t -a x; t '!' '!' x y z; t a = a -a -q x; t -t x; t a b c d; t '(' a = a b; t x = x -a '!'; t '(' ')'; t '(' '(' a ')' ')'; env [ a; env [
### bracket
/usr/bin/[ a = a ]; echo $?; /usr/bin/[ a = b ]; echo $?; /usr/bin/[ a 2>/dev/null; echo $?
### odd operands
t -f; t =; t ! ; t -a; t '(' ; t -t 0; t 0 -eq ''  2>/dev/null
### lengths and large numbers
t -l abc -eq 3; t 1 -eq ' 1 '; t 99999999999999999999999 -gt 99999999999999999999998; t -0 -eq 0; t -q = -q -a x
