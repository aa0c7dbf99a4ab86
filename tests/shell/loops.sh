# Loops, break and continue, select.
for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done
for ((i = 0; i < 3; i++)); do echo "c$i"; done
i=0; while :; do i=$((i + 1)); [ $i -gt 3 ] && break; echo "w$i"; done
until [ $i -le 2 ]; do i=$((i - 1)); echo "u$i"; done
for a in 1 2; do for b in 1 2; do [ $b = 2 ] && continue 2; echo $a$b; done; done
for a in 1 2; do for b in 1 2; do break 2; done; done; echo "$a$b"
set -- p q; for x; do echo $x; done
while read -r l; do echo "$l"; done <<< $'l1\nl2'
select c in red blue; do echo "$REPLY $c"; break; done <<< 2 2>/dev/null
for e in; do :; done; echo "$?"
break 2>/dev/null; echo "$?"
