k=/usr/bin/kill
### signals
sleep 9 & $k $!; wait $!; echo $?; sleep 9 & $k -9 $!; wait $! 2>/dev/null; echo $?; sleep 9 & $k -s INT $!; wait $!; echo $?; sleep 9 & $k -0 $!; echo $?; $k -TERM $!; wait $!; echo $?
### wrong
$k 999999 2>/dev/null; echo $?; $k -NOPE 1 2>/dev/null; echo $?; $k x 2>/dev/null; echo $?
