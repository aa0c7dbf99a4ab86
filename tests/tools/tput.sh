### xterm
export TERM=xterm
for c in clear bold sgr0 'setaf 1' 'setab 4' cols lines colors smul rmul rev civis cnorm el ed 'cup 3 4' home smcup rmcup am bw op sc rc 'cuf 3' longname; do tput $c | od -c | head -n 2; tput $c > /dev/null; echo $?; done

### with 256 colours
for c in 'setaf 1' 'setaf 9' 'setaf 200' 'setab 200' colors bold; do tput -T xterm-256color $c | od -c; done

### dumb
for c in clear bold colors am bel 'cup 1 1' sgr0; do tput $c | od -c; tput $c > /dev/null; echo $?; done

### several from standard input
printf 'bold\nsetaf 2\n' | tput -T xterm -S | od -c

### mistakes (stderr)
tput nonesuch; echo $?; tput -T nonesuch bold; echo $?; unset TERM; tput bold; echo $?
