# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# wait-n'; part <<'END OF PART'
(exit 3) & (sleep .3; exit 4) & wait -n; echo $?; wait -n; echo $?; wait -n; echo $?
(exit 5) & p=$!; wait -n -p v; echo $? $((v==p)); wait $p; echo $?; wait 99999; echo $?
END OF PART
echo '# bgpid'; part <<'END OF PART'
{ sleep .1; exit 3; } & p=$!; wait $p; echo $?; true | (exit 5) & wait $!; echo $?; (exit 7) | true & wait $!; echo $?; x=$(sleep 1 & echo $!); echo ${x:+got}; : & : & wait; echo $?
END OF PART
rm -rf part
