### same lines in another order
seq 10 | shuf | sort -n | tr '\n' ' '; shuf -i 1-5 | sort | tr '\n' ' '; shuf -e a b c | sort | tr '\n' ' '; seq 10 | shuf -n 3 | wc -l; shuf -n 5 -r -e x | uniq -c; shuf -n0 -i 1-3; shuf -i 5-5
### random source
head -c 1000 /dev/zero > z; seq 5 | shuf --random-source=z; shuf -i 1-10 -n3 --random-source=z; yes abc | head -c 1000 > y; shuf -i 1-10 --random-source=y | tr '\n' ' '
### output, zero
seq 3 | shuf -o f; sort f; rm f; printf 'a\0b\0' | shuf -z | tr '\0' '\n' | sort
### wrong (stderr, wrong)
# uutils says it in other words
shuf -i 5-1; echo $?; shuf -i x; echo $?; shuf nofile; echo $?; shuf -n x </dev/null; echo $?; shuf a b; echo $?
