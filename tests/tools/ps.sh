### columns (ours)
sleep 9 & ps -o comm,args -p $!; ps -o pid= -p $! | grep -c "$!"; ps -o ppid= -p $! | tr -d ' '; ps -p 99999; echo $?; ps --no-headers -C sleep -o stat,ni; ps -eo user=,comm= | sort -u; kill $!
