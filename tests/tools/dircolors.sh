### shells
dircolors -b | head -c 11; echo; dircolors -c | head -c 16; echo; printf '.x 31\n' > c; TERM=xterm dircolors -b c
