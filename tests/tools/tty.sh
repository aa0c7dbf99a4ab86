### none
tty </dev/null; echo $?; tty -s </dev/null; echo $?; tty x 2>/dev/null </dev/null; echo $?

### not a terminal
tty </dev/null; echo $?; tty -s </dev/null; echo $?; tty --silent </dev/null; echo $?; tty x 2>/dev/null; echo $?
