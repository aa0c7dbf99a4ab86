### in time
timeout 5 echo a; echo $?; timeout 5 false; echo $?; timeout 5 sh -c 'exit 7'; echo $?
### too late
timeout 0.2 sleep 5; echo $?; timeout -s KILL 0.2 sleep 5; echo $?; timeout --preserve-status 0.2 sleep 5; echo $?; timeout -s INT 0.2 sleep 5; echo $?; timeout -k 0.1 0.2 sleep 5; echo $?
### units
timeout 0.005m sleep 5; echo $?; timeout 1d true; timeout 0 true; echo $?
### what cannot run (stderr)
timeout 1 nosuchprogram; echo $?; timeout x true; echo $?; timeout 1; echo $?; timeout; echo $?
### a child that ignores
timeout -k 0.2 0.2 sh -c 'trap "" TERM; sleep 3; sleep 3'; echo $?
### verbose (stderr)
timeout -v 0.2 sleep 5; echo $?; timeout --foreground 0.2 sleep 5; echo $?
