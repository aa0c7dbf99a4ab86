### each gets all
seq 3 | pee 'wc -l' ; seq 3 | pee 'cat > f' 'sort -r > g'; cat f g
### nobody
echo a | pee; echo $?
