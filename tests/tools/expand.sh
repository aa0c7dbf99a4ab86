### stops
printf 'a\tb\tc\n' | expand; printf '\ta\tb\n' | expand -t4; printf '\ta\tb\n' | expand -i -t 4 | od -c; printf 'a\tb\tc\td\n' | expand -t 3,6; printf 'a\tb\n' | expand -3; printf 'a\tb\tc\td\n' | expand -t 2,/5; printf 'a\tb\tc\n' | expand -t 2,+5
### odd, wrong (stderr)
printf 'a\bb\tc\n' | expand | od -c; expand -t x </dev/null; echo $?; expand -t 3,2 </dev/null; echo $?; expand nofile; echo $?
