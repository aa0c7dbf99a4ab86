### one at a time
flock lk sh -c 'echo in; sleep 0.4; echo out' & sleep 0.2; flock -n lk echo no; echo $?; flock -w 0.05 lk echo no; echo $?; flock -n -E 7 lk echo no; echo $?; flock lk echo yes; wait
### shared
flock -s lk sleep 0.4 & sleep 0.2; flock -sn lk echo both; flock -n lk echo no; echo $?; wait
### a descriptor of the shell
exec 9> lk; flock 9; flock -n lk true; echo $?; flock -u 9; flock -n lk true; echo $?; flock -n 9; exec 9>&-; flock -n lk true; echo $?
### status and the shell
flock lk -c 'exit 3'; echo $?; flock . true; echo $?; flock lk sh -c 'kill -9 $$' 2>/dev/null; echo $?; flock nodir/lk true 2>/dev/null; echo $?
