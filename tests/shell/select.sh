# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# select'; part <<'END OF PART'
printf '2\n9\n\n1\n' | { PS3='? '; select x in a b c; do echo "[$x] $REPLY"; [ "$x" = a ] && break; done; }
END OF PART
rm -rf part
