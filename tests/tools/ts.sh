### before each line
printf 'a\nb\n' | ts x; printf 'a' | ts '%%'; printf 'a\n' | ts -s %H:%M; ts < /dev/null; printf 'a\n' | ts %Y | grep -c '^20[0-9][0-9] a$'
