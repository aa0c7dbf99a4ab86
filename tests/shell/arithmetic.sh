# $(( )), (( )), let, declare -i and C-style for.
echo $((1 + 2 * 3)) $(( (1 + 2) * 3 )) $((7 / 2)) $((-7 / 2)) $((-7 % 3)) $((2 ** 10)) $((2 ** 3 ** 2))
echo $((0x1f)) $((017)) $((2#101)) $((36#z)) $((64#_)) $((16#Ff)) $((1 << 4 | 3)) $((~5)) $((!5)) $((6 ^ 3))
echo $((9223372036854775807 + 1)) $((-9223372036854775808)) $((1 << 63)) $((5 & 3)) $((-8 >> 1))
x=5; echo $((x++)) $((x)) $((++x)) $((x--)) $((--x)) $((x += 3)) $((x <<= 2)) $((x %= 7)) $x
y='x + 1'; echo $((y)) $((y * 2)) $(($y * 2)); unset u; echo $((u)) $((u + 1)) $((u = 4, u * 2)) $u
echo $((1 ? 2 : 3)) $((0 ? 2 : 0 ? 3 : 4)) $((1 < 2 && 2 < 1 || 1)) $((0 && (z = 1))) "${z-unset}" $((1 || (z = 1)))
((x > 100)); echo $?; ((0)); echo $?; ((x)) && echo true; let 'a = 3' b=a*2; echo $a $b; let 0; echo $?
declare -i n=3*4; echo $n; n+=5; echo $n; n='n / 2'; echo $n; n=nonsense; echo $n
for ((i = 0, j = 10; i < j; i += 3, j--)); do printf '%d,%d ' $i $j; done; echo
for ((;;)); do ((k++ >= 2)) && break; done; echo $k
a=(1 2 3); echo $((a[0] + a[a[1]])) $((a[2]++)) "${a[2]}" $((${#a[@]} * 2)) $((a[1] *= 5)) "${a[*]}"
op=+; echo $((3 $op 4)) $(( $(echo 5) - 1 )) $((`echo 2` * "3"))
(echo $(( 'x' )); echo not reached) 2>/dev/null; echo $?
(echo $((1 / 0)); echo not reached) 2>/dev/null; echo $?
(echo $((1 +)); echo not reached) 2>/dev/null; echo $?
(echo $((08)); echo not reached) 2>/dev/null; echo $?
((1 / 0)) 2>/dev/null; echo "go on $?"; s=hello; echo "${s:1+1:x > 0 ? 2 : 1}" "${s: -3:2}" $((1, 2)) $[3 + 4]
