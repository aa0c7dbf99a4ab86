# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# time'; part <<'END OF PART'
TIMEFORMAT='%R'; { time true; } 2>&1 | grep -c '^0\.[0-9]*$'; TIMEFORMAT='%%x%1R%lU'; { time :; } 2>&1 | sed 's/[0-9]/N/g'; TIMEFORMAT=''; time true; { time -p true; } 2>&1 | sed 's/[0-9]/N/g'; unset TIMEFORMAT; { time true; } 2>&1 | sed 's/[0-9]/N/g'
END OF PART
rm -rf part
