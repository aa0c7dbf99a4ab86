### copies
echo a | tee f g; cat f g
### append
echo a > f; echo b | tee -a f; cat f
### no file
echo a | tee
### not writable (stderr)
echo a | tee nodir/f g; echo $?
### dash is a file
echo a | tee ./- >/dev/null; ls
### binary
printf '\0\377' | tee f | od -An -tx1
### modes of errors
echo a | tee -p f; echo a | tee --output-error=warn f; echo a | tee -i f
### a closed reader
seq 10000 | tee f | head -1; wc -l < f > /dev/null; rm f
### unknown option
tee --nope </dev/null 2>/dev/null; echo $?

### append, several files, a directory
printf 'a\n' | tee one two; printf 'b\n' | tee -a one three >/dev/null; printf 'c' | tee --append one two; printf 'd\n' | tee; mkdir d; printf 'e\n' | tee d four 2>/dev/null; echo $?; printf 'f\n' | tee -i five -- -x
