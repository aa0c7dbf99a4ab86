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
