### columns
printf 'abcdefgh\n\tx\nab\n' | colrm 3 5; printf 'abcdefgh\n\tx\nab\n' | colrm 3; printf 'abcdefgh\n\txy\nab\n' | colrm 3 9; echo abc | colrm; printf 'héllo' | colrm 2 2
### what is wrong (stderr)
echo abc | colrm x; echo $?
