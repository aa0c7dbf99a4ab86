### order
printf 'a b\nb c\nx x\n' | tsort; printf 'a b c d\n' | tsort; tsort </dev/null
### loop (stderr)
printf 'a b\nb a\n' | tsort; echo $?; printf 'a b c\n' | tsort; echo $?; tsort nofile; echo $?

### orders
printf 'a b\nb c\n' | tsort; printf 'a a\n' | tsort; printf 'a b c' | tsort 2>/dev/null; echo $?; tsort </dev/null; printf 'x y\n' > f; tsort f
