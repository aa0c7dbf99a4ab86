### none
tty </dev/null; echo $?; tty -s </dev/null; echo $?; tty x 2>/dev/null </dev/null; echo $?
