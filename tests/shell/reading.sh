# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# read-edge'; part <<'END OF PART'
echo "a b c" | { read x; echo "$x"; }; echo "a b c" | { read x y; echo "$y"; }; echo "  lead trail  " | { read x; echo "[$x]"; }; echo 'a\tb' | { read x; echo "$x"; }; echo 'a\tb' | { read -r x; echo "$x"; }; printf 'a\\\nb\n' | { read x; echo "$x"; }; echo "a:b:c" | { IFS=: read x y z; echo "$x $y $z"; }; echo "a,b;c" | { IFS=',;' read x y z; echo "$z$y$x"; }; read x <<< ""; echo "[$x] $?"; read x < /dev/null; echo $?; printf 'no newline' | { read x; echo "$? $x"; }; echo "1 2 3" | { read -a a; echo ${#a[@]} ${a[2]}; }; echo abc | { read -n 2 x; echo $x; }; echo 'a b' | { read -d ' ' x; echo $x; }; echo "x" | { read; echo $REPLY; }; printf '1\n2\n3\n' | while read n; do echo -n "$n,"; done; echo; printf 'a b\nc d\n' | { read a b; read c d; echo "$a$b$c$d"; }; echo "a  b" | { read -r x; echo "$x"; }; IFS= read -r x <<< "  keep  "; echo "[$x]"; echo 'a b c d' | { read a b c; echo "[$c]"; }; printf 'x\0y\0' | { read -d '' a; read -d '' b; echo $a$b; }; read -N 3 x <<< 'a b c'; echo "[$x]"; read -t 1 x <<< t; echo $x; echo ':a:b:' | { IFS=: read x y z w; echo "[$x][$y][$z][$w]"; }; read -r -p "prompt" x <<< v 2>&1; echo $x; readonly RO=1; read RO <<< x 2>/dev/null; echo $?; read a[2] <<< arr; echo ${a[2]}
END OF PART
echo '# mapfile'; part <<'END OF PART'
printf 'a\nb\nc\n' > f; mapfile m < f; declare -p m; mapfile -t m < f; declare -p m; mapfile -t -n 2 m <f; declare -p m; mapfile -t -s 1 m < f; declare -p m; mapfile -t -O 5 m < f; declare -p m; mapfile -d b -t m < f; declare -p m; mapfile -C 'echo cb' -c 2 -t m < f; readarray -t r <<< $'x\ny'; declare -p r; printf 'a\0b\0' | { mapfile -d '' z; declare -p z; }; mapfile -t < f; declare -p MAPFILE; mapfile -n x m; echo $?
END OF PART
echo '# while-read-edge'; part <<'END OF PART'
printf 'a\nb' | while read -r l; do echo "[$l]"; done; printf 'a\nb' | while read -r l || [ -n "$l" ]; do echo "[$l]"; done; printf 'a b\n\nc\n' | while read -r x y; do echo "[$x][$y]"; done; while read -r -u 3 l; do echo "3:$l"; done 3<<< $'x\ny'; n=0; while read -r _; do ((n++)); done < <(seq 5); echo $n; while IFS=, read -r a b c; do echo "$c$b$a"; done <<< $'1,2,3\n4,5'; echo -e 'k=v\nx=y=z' | while IFS='=' read -r k v; do echo "$k -> $v"; done; cat <<E | while read -r l; do
one
two
E
echo "> $l"; done
END OF PART
rm -rf part
