### by name (ours)
sleep 9 & killall sleep; wait $!; echo $?; killall nosuch; echo $?; killall -q nosuch; echo $?
### signals (ours)
sleep 9 & killall -9 sleep; wait $!; echo $?; sleep 9 & killall -s HUP sleep; wait $!; echo $?; sleep 9 & killall -I -w SLEEP; echo $?; sleep 9 & killall -r '^sl.*p$'; wait $!; echo $?; killall -l | cut -d' ' -f1-9
### wrong (ours, stderr)
killall nosuch; killall -s NOPE x; echo $?; killall; echo $?
