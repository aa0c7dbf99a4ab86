# A fifo waits for its other end, in the process that opens it: the shell goes on.
mkfifo f
seq 3 > f & read -r line < f; echo "read $line"; wait
cat < f & echo words > f; wait
seq 2 > f | sort -r f
n=0; cat f > copy & { echo one; echo two; } > f; wait; while read -r line; do n=$((n + 1)); done < copy; echo "$n lines"
exec 3<> f; echo both >&3; read -r line <&3; echo "$line"; exec 3>&-
printf '%s\n' a b > f & tee copy < f | tail -n 1; wait
