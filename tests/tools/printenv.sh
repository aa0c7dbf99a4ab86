### one and several
A=1 B=2 printenv A B; printenv NOSUCH; echo $?; A=1 printenv A NOSUCH; echo $?
### all
env -i A=1 B=2 /usr/bin/printenv; env -i A=1 /usr/bin/printenv -0 | od -c
