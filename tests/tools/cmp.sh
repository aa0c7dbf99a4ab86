### same and not
echo abc > x; echo abc > y; cmp x y; echo $?; echo abd > y; cmp x y; echo $?
### shorter (stderr)
printf abc > x; printf ab > y; cmp x y; echo $?
### quiet, all
echo abc > x; echo xbz > y; cmp -s x y; echo $?; cmp -l x y; cmp -b x y; cmp -lb x y
### skip and limit
echo abc > x; echo xbc > y; cmp -i1 x y; echo $?; cmp -n1 x y; cmp -i 1:1 x y; cmp x y 1 1; echo $?
### missing (stderr)
echo a > x; cmp x nofile; echo $?; cmp -s x nofile; echo $?
### standard input
echo a > x; echo a | cmp x -; echo $?; echo a | cmp x; echo $?
### empty
: > x; : > y; cmp x y; echo $?
