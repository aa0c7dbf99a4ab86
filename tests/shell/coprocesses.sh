# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# coproc1'; part <<'END OF PART'
coproc { read l; echo "got $l"; }; echo hello >&"${COPROC[1]}"; read r <&"${COPROC[0]}"; echo "$r"; wait "$COPROC_PID"; echo $?
END OF PART
echo '# coproc2'; part <<'END OF PART'
coproc CAT { cat; }; echo abc >&${CAT[1]}; exec {CAT[1]}>&-; cat <&${CAT[0]}; wait; echo "${CAT[@]-gone}"
END OF PART
rm -rf part
