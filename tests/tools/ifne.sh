### something
echo a | ifne cat; echo a | ifne sh -c 'cat; exit 3'; echo $?
### nothing
ifne echo no < /dev/null; echo $?
### turned around
ifne -n echo yes < /dev/null; echo a | ifne -n echo no
### large
seq 50000 | ifne cksum
