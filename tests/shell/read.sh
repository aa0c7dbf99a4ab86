# read: fields, delimiters, limits, and what it leaves behind.
read a b c <<< '  one two   three four  '; echo "<$a><$b><$c>"
read -r a <<< 'back\slash \n'; echo "<$a>"; read a <<< 'back\slash \n'; echo "<$a>"; read <<< '  kept  '; echo "<$REPLY>"
IFS=: read -r u _ id rest <<< 'name:x:10:20:/home'; echo "<$u><$id><$rest>"; IFS=, read -r x y <<< 'a,,b,'; echo "<$x><$y>"
IFS= read -r line <<< '  spaces  '; echo "<$line>"; IFS=: read a b <<< 'a:b:'; echo "<$a><$b>"; IFS=: read a b <<< 'a:b::'; echo "<$a><$b>"
printf 'no newline' | { read -r l; echo "$? <$l>"; }; read -r e < /dev/null; echo "$? <$e>"
printf 'a;b;c' | { while IFS= read -r -d ';' p || [ -n "$p" ]; do echo "<$p>"; done; }
printf 'x\0y\0' | while IFS= read -r -d '' z; do echo "<$z>"; done
read -n 3 n <<< abcdef; echo "<$n>"; read -N 4 n <<< $'a\nbcd'; echo "<$n>"; read -ra arr <<< 'p q  r'; echo "${#arr[@]} ${arr[2]}"
printf '1\n2\n3\n' | { read one; cat; echo "one=$one"; }; printf '1\n2\n3\n' | while read -r k; do read -r j; echo "$k-$j"; done
exec 4<<< $'four\nfive'; read -u 4 f; read -u 4 g; echo "$f $g"; exec 4<&-; printf 'q\n' | { read -t 5 t; echo "$? $t"; }
read -r -t 0.05 t < <(sleep 1); (($? > 128)) && echo timed out; read -p 'no prompt> ' w <<< shown; echo "$w"
printf 'a b\\\nc d\n' | { read x y z; echo "<$x><$y><$z>"; }; read 1x <<< y 2>/dev/null; echo "$?"; readonly ro=1; read ro <<< 2 2>/dev/null; echo "$? $ro"
