# read and mapfile: counts, delimiters, splitting, NULs, refusals.
exec 2>&1 < /dev/null
echo "-- read-basic"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
read a b <<< "x y z"; echo "$a|$b"; read -r a <<< 'a\b'; echo "$a"; read a <<< 'a\b\ c'; echo "$a"; read <<< "  sp  "; echo "[$REPLY]"; read x <<< "  sp  "; echo "[$x]"; IFS=: read a b c <<< "1::3"; echo "$a|$b|$c"; IFS=: read a b <<< "1:2:"; echo "$a|$b"; IFS=: read a b <<< "1:2:3:"; echo "$a|$b"; IFS= read -r a <<< "  x "; echo "[$a]"
read -n 3 a <<< abcdef; echo $a; read -N 3 a <<< $'a\nbc'; echo "$a"; read -d : a <<< "x:y"; echo $a; read -d '' a <<< "x"; echo "$? $a"; read -a arr <<< "p q r"; declare -p arr; read -a arr -r <<< 'a\ b c'; declare -p arr; read -t 0 <<< x; echo $?; read -t 0.01 x < /dev/null; echo $?; read x < /dev/null; echo "$? [$x]"; printf 'no newline' | { read x; echo "$? $x"; }
read -u 3 x 3<<< fd3; echo $x; read -u 9 x; echo $?; read -p prompt x <<< y; echo $x; read 1a; echo $?; read -n -1 x; echo $?; read -t abc x; echo $?; read -z; echo $?; read -N 0 x <<< abc; echo "$?[$x]"; read -n 0 x <<< abc; echo "$?[$x]"; read -d ab x <<< xay; echo $x; read -i text -e x <<< q; echo $x; read -s x <<< q; echo $x
read a[2] b <<< "1 2"; declare -p a b; readonly ro; read ro <<< x; echo $?; while read -r l; do echo "<$l>"; done; read x; echo $?
)
echo "-- read-ifs"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
IFS=' x' read a b c <<< "1 x 2x 3"; echo "$a|$b|$c"; IFS=$'\n' read -d '' -a l < <(printf 'a b\nc\n\nd'); declare -p l; IFS=, read -ra l <<< "a,,b,"; declare -p l; IFS=" ," read -ra l <<< " a , b ,, c "; declare -p l; read -r a b <<< '  a\  b  '; echo "$a|$b"; read a b <<< 'a\
b c'; echo "$a|$b"
)
echo "-- mapfile"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
printf 'a\nb\nc' > f; mapfile x < f; declare -p x; mapfile -t x < f; declare -p x; mapfile -t -n 2 x < f; declare -p x; mapfile -t -s 1 x < f; declare -p x; mapfile -t -O 5 x < f; declare -p x; mapfile -d b x < f; declare -p x; mapfile -t -C 'echo cb' -c 2 x < f; mapfile -u 7 x; echo $?; mapfile 'a b' < f; echo $?; mapfile -n x y < f; echo $?; readarray -t < f; declare -p MAPFILE; declare -A h; mapfile h < f; echo $?; mapfile -z; echo $?; mapfile -O -1 x <f; echo $?; mapfile -d '' -t x < <(printf 'a\0b\0'); declare -p x
)
echo "-- mapfile2"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
printf 'a\nb\nc' > f; mapfile x < f; declare -p x; mapfile -t x < f; declare -p x; mapfile -t -s 1 x < f; declare -p x; mapfile -t -O 5 x < f; declare -p x; mapfile -d b x < f; declare -p x; mapfile -t -O 1 x < f; declare -p x; mapfile -t -n 1 -O 9 x < f; declare -p x; mapfile -d '' -t x < <(printf 'a\0b\0'); declare -p x; printf 'a\0b\nc\0\n' | { mapfile -t q; declare -p q; }; head -c 200000 /dev/zero | tr '\0' x > big; echo >> big; echo y >> big; mapfile -t q < big; echo ${#q[@]} ${#q[0]} ${q[1]}
)
:
