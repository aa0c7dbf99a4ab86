### a file that is read and written
printf 'b\na\n' > f; sort f | sponge f; cat f
### appends
echo a > f; echo b | sponge -a f; cat f
### standard output
printf '\0\377' | sponge | od -An -tx1
### nothing
echo a > f; sponge f < /dev/null; wc -c < f
### not writable
echo a | sponge nodir/f 2>/dev/null; echo $?
