### names
pathchk a/b; echo $?; pathchk -p 'a b' 2>/dev/null; echo $?; pathchk '' 2>/dev/null; echo $?; pathchk -P -- -a 2>/dev/null; echo $?; pathchk 2>/dev/null; echo $?; pathchk --portability aaaaaaaaaaaaaaaa 2>/dev/null; echo $?
