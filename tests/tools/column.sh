f() { printf 'a b c\nlonger x\n\nq w e r\n' > t; printf 'a,,c\nbb,x,\n' > c; }
### tables
f; column -t t; column -t -o '|' t; column -s, -t c; printf 'é a\nbb  c\n' | column -t; printf '中文 a\nb c\n' | column -t; printf '  a b\n c  d  \n' | column -t
### names, order, hidden, right
f; column -s, -t -N A,B,C c; column -s, -t -N A,B,C -R A,C c; column -s, -t -N A,B,C -H B c; column -s, -t -N A,B -d c; column -t -N A,B,C -O C,A -s, c; column -t -s, -R 0 c; column -t -s, -H - -N A,B c
### JSON
f; column -J -s, -N A,B,C -n tt c; printf 'a 1\nb "2\n' | column -J -N x,y
### lists
seq 1 40 | column; seq 1 40 | column -x -c 40; seq 3 | column -c 5; seq 100 130 | column -c 50; printf '  a b\n c  d  \n' | column; printf '' | column
### separators and blank lines
f; printf 'a:b:c\n1::3\n' | column -ts:; printf 'one two\n' | column -t -s ' t'; column -L -t t
### what is wrong (stderr)
f; column -t nosuch; echo $?; column -N a,b t; echo $?; column -t -H zz t; echo $?
### a row of calls
column -t <<< $'a bb c\naaa b cc'; column -t -s, <<< $'a,b\nccc,d'; column -s: -t -o ' | ' <<< $'a:b\ncc:d'; printf '%s\n' a b c d e f | column -c 20; printf '%s\n' a b c d | column -x -c 20; column -t -N A,B <<< $'1 2\n3 4'; column -t -R 1 <<< $'1 2\n333 4'; column -t <<< $'a  b\n\nc d'; column -J -t -N a,b <<< $'1 2\n3 4'; column -t -n x <<< 'a b'; printf 'a,,b\n1,2,3\n' | column -t -s,; column -t -H 1 -N x,y <<< '1 2'; column -t -l 2 <<< 'a b c d'; column -e <<< $'a\n\nb'; column nosuch; echo $?; column -t -O 2,1 -N a,b <<< '1 2'; column -t -d -N a,b <<< '1 2'; column -t -W 1 <<< 'a b'; printf 'é a\nbb c\n' | column -t; column -t -E 1 <<< 'a b'
