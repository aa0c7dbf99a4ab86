### the default
printf 'a\n\nb\n' | nl; printf 'a\n\nb\n' | nl -ba; printf 'a\n\nb\n' | nl -bn; printf 'a\nb\n' | nl -bpa
### formats
seq 2 | nl -nln; seq 2 | nl -nrz -w3; seq 2 | nl -s: -w2; seq 2 | nl -v10 -i5; seq 2 | nl -v-1; seq 3 | nl -w1 -v9
### sections
printf '\\:\\:\\:\nh\n\\:\\:\nb\n\\:\nf\n' | nl; printf '\\:\\:\\:\nh\n\\:\\:\nb\n\\:\\:\nc\n' | nl -ha -p; printf 'a\n\n\n\nb\n' | nl -ba -l2
### files, wrong (stderr, wrong)
# uutils says it in other words
seq 2 > a; nl a a; nl nofile; echo $?; nl -bx </dev/null; echo $?; nl -w0 </dev/null; echo $?
### a row of calls
printf 'a\n\nb\n' | nl; printf 'a\n\nb\n' | nl -ba; printf 'a\nb\n' | nl -s: -w2; printf 'a\nb\n' | nl -nrz -w3; printf 'a\nb\n' | nl -nln; printf 'a\nb\n' | nl -v5 -i2; printf '\\:\\:\\:\nh\n\\:\\:\nb\n\\:\nf\n' | nl; printf 'a\nb\n' | nl -bpa; printf 'a\n\n\nb\n' | nl -ba -l2; nl nosuch; echo $?; printf 'a' | nl; printf 'a\nb\n' | nl -b n; printf 'a\n' | nl -w0; echo $?
