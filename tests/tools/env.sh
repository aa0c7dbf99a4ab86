### an environment of its own
env -i A=1 B=2 env; env -i env; env - X=y env
### unset
A=1 B=2 env -u A sh -c 'echo "$A.$B"'
### directory
mkdir d; env -C d pwd
### split
env -S 'A=1 sh -c "echo \$A x"'; env '-SA=2 echo b  c'; env -i -S 'A="x y" env'
### zero
env -i A=1 env -0 | od -c
### statuses
env false; echo $?; env nosuch 2>/dev/null; echo $?; touch f; env ./f 2>/dev/null; echo $?; env -C nodir true 2>/dev/null; echo $?
### messages (stderr)
env nosuchprogram; echo $?; env -C nodir true; echo $?; env --nope; echo $?
### a program's own options
env A=1 sh -c 'echo $0 $1' -x -y; env -- A=2 printenv A
### ignore-environment keeps what follows
FOO=1 env -i BAR=2 env
### later wins
env A=1 A=2 printenv A; env A= printenv A
### signals and chdir take no harm
env --default-signal=PIPE true; echo $?; env --ignore-signal=INT true; echo $?
