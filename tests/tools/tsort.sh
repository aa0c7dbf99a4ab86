### order
printf 'a b\nb c\nx x\n' | tsort; printf 'a b c d\n' | tsort; tsort </dev/null
### loop (stderr)
printf 'a b\nb a\n' | tsort; echo $?; printf 'a b c\n' | tsort; echo $?; tsort nofile; echo $?
