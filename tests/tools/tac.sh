### lines
printf 'a\nb\nc' | tac; echo; printf 'a\nb\nc\n' | tac -b; seq 5 | tac; printf '' | tac; seq 3 > a; seq 2 > b; tac a b
### separators
printf 'axbxc' | tac -s x; echo; printf 'axxbxxc' | tac -s xx; echo; printf 'axxxb' | tac -s xx; echo; tac -s '' <<< a; printf 'a\0b\0' | tac -s '' | od -c
### patterns
printf 'a1b22c' | tac -r -s '[0-9]'; echo; printf 'a1b22c' | tac -b -r -s '[0-9]'
### what is wrong (stderr)
seq 2 > a; tac nosuch a; echo $?; mkdir d; tac d; echo $?
### many
seq 100000 | tac | head -3; seq 100000 > x; tac x | tail -1
### a row of calls
tac <<< $'1\n2\n3'; printf 'a\nb' | tac; tac -s, <<< a,b,c; tac -b <<< $'1\n2'; rev <<< $'abc\ndéf'; printf 'abc' | rev; printf 'a\nb\n' | cat -n; printf 'a\n\n\nb\n' | cat -s; printf 'a\tb\r\0\377\n' | cat -A; printf 'a\n\nb\n' | cat -b; printf 'a\n' | cat -E; cat -v <<< $'\x01\x80'; cat nosuch; echo $?; printf x | cat - - ; cat -T <<< $'a\tb'; printf 'a' | cat -n; cat -ne <<< $'x\n'; cat . ; echo $?; shuf -i 1-3 | sort; shuf -e a b | sort; shuf -n1 -i 5-5; shuf -n 0 -i 1-3; shuf -r -n 3 -e a; seq 3 | shuf | sort; shuf -i 3-1; echo $?; shuf -z -e a | od -c; tsort <<< 'a b b c'; tsort <<< 'a b b a'; echo $?; tsort <<< 'a'; echo $?; printf 'x y\ny z\nq q\n' | tsort
