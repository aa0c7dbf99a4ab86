# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# tz'; part <<'END OF PART'
TZ=EST5EDT printf '%(%F %T %Z %z)T\n' 1700000000; TZ=America/New_York printf '%(%F %T %Z %z)T\n' 1690000000; TZ='CET-1CEST,M3.5.0,M10.5.0/3' printf '%(%F %T %Z %z)T\n' 1690000000 1700000000; TZ=:Europe/Paris printf '%(%T %Z)T\n' 1690000000; export TZ=Asia/Kolkata; printf '%(%T %z)T\n' 0; TZ='<+0330>-3:30' printf '%(%T %Z %z)T\n' 0; TZ=Nowhere/X printf '%(%T %Z)T\n' 0
END OF PART
rm -rf part
