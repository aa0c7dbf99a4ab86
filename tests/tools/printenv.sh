### one and several
A=1 B=2 printenv A B; printenv NOSUCH; echo $?; A=1 printenv A NOSUCH; echo $?
### all
env -i A=1 B=2 /usr/bin/printenv; env -i A=1 /usr/bin/printenv -0 | od -c

### what is not there
env -i A=1 printenv A B; echo $?; env -i A=1 B=2 printenv B A; env -i A=1 printenv -0 | od -c; env -i printenv; echo $?; env -i A= printenv A; echo $?
