### tables (ours)
getent passwd agent 1000 root; getent group agent; getent passwd nobody-here; echo $?; getent hosts localhost; getent nosuch; echo $?
