# << <<- <<< in all the places where they may stand.
v=value; cat <<E
plain $v ${v^} $(echo sub) `echo tick` $((1 + 1)) \$v \\ \x "q" 'q'
E
cat <<'E'
quoted $v $(echo sub) \ \\
E
cat <<-E
	tabs stripped
	  $v
	E
cat <<"A B" <<C; echo between
first
A B
second
C
cat <<E | tr a-z A-Z | cat -
piped
E
while read -r line; do echo "[$line]"; done <<E
  one \
two
three\\four
E
f() { cat <<E
in f: $1
E
}; f arg; f 'a  b'
x=$(cat <<E
in a substitution ) "
E
); echo "$x"
if cat <<E; then echo yes; fi
condition
E
cat <<< "string $v"; cat <<< $v' and 'more; cat <<< ''; read -r a b <<< 'x y z'; echo "$b"
exec 3<<E; cat <&3; exec 3<&-
descriptor $v
E
cat <<E1; cat <<E2
1
E1
2
E2
cat <<E
${undefined:-default "with quotes"} ${v:+alt}
line \
continued
E
eval 'cat <<E
from eval $v
E'; cat <<''
until an empty line

declare -f f; (cat; echo end) <<E
group
E
