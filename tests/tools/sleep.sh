### times
sleep 0; sleep 0.01; sleep 0.001m; sleep 0.01 0.01s; echo $?; timeout 0.2 sleep infinity; echo $?; timeout 0.2 sleep inf; echo $?
### wrong (stderr)
sleep; echo $?; sleep x; echo $?; sleep -- -1; echo $?; sleep 1y; echo $?
