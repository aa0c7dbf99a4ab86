### columns
seq 3 > a; seq 4 5 > b; paste a b; paste -d, a b; paste -d ',;' a b a; paste -s a b; paste -sd, a; paste -d '\n' a b; paste -d '\0' a b
### standard input
seq 4 | paste - -; seq 4 | paste -d' ' - - -; paste </dev/null; seq 2 | paste -s
### no final newline, zero
printf 'a' > a; printf 'b\nc' > b; paste a b; printf 'a\0b\0' | paste -zs -d, | od -c
### missing (stderr)
paste nofile; echo $?; seq 2 > a; paste a nofile; echo $?
### separators (stderr)
seq 2 | paste -s -d '\\'; seq 3 | paste -sd '\t,'; seq 2 | paste -s -d ''; seq 2 | paste -s -d '\'; echo $?
### a row of calls
printf '1\n2\n3\n' > f; printf 'a\nb\n' > g; paste f g; paste -d, f g; paste -s f; paste -s -d+ f; paste -d ',;' f g f; seq 4 | paste - -; seq 6 | paste -d'\n' - -; paste -d '\0' f g; paste -z f g | od -c | head -2; paste f nosuch; echo $?; printf 'a\nb' | paste -s -d,; paste -d '\t\\' f g f; paste -s -d ',\n' f; printf '' | paste -s; printf '' | paste f -
