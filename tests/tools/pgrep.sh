### finds (ours)
sleep 8.25 & a=$!; [ "$(pgrep -f '^sleep 8.25')" = $a ] && echo same; [ "$(pgrep -x sleep)" = $a ] && echo exact; pgrep -c sleep; pgrep -l sleep | sed 's/^[0-9]* //'; pgrep -a sleep | sed 's/^[0-9]* //'; pgrep nosuch; echo $?; pkill sleep; wait $a; echo $?; pgrep sleep; echo $?
### wait and pidof (ours)
sleep 0.2 & pidwait sleep; echo $?; sleep 9 & [ "$(pidof sleep)" = $! ] && echo found; pidof nosuch; echo $?; kill $!
