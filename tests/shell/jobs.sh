# Background processes and waiting.
sleep 0.01 & wait $!; echo "$?"
(exit 5) & wait $!; echo "$?"
{ sleep 0.05; exit 6; } & p=$!; wait $p; echo "$?"; wait $p; echo "$?"
sleep 5 & kill $!; wait $! 2>/dev/null; echo "$?"
(exit 1) & (exit 1) & wait; echo "$?"
bash -c "(exit 8) & wait -n; echo \$?"
wait 99999 2>/dev/null; echo "$?"
coproc { read -r l; echo "got $l"; }; echo hello >&"${COPROC[1]}"; read -r r <&"${COPROC[0]}"; echo "$r"; wait
cat <(echo one) <(echo two)
echo into > >(cat); wait $!
