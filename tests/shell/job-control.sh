# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# monitor'; part <<'END OF PART'
set -m; sleep 0.1 & p=$!; wait $p; echo $?; (sleep 0.2; exit 4) & wait; set +m; true | false | true & wait $!; echo $?; set -m; { sleep 5 & } ; kill %1; wait %1; echo $?; sleep 5 | sleep 5 & kill -TERM -- -$(jobs -p | head -1); wait; echo killed; jobs; set -m; (exit 2) | cat; echo ${PIPESTATUS[@]}; sleep 3 & kill -STOP $!; sleep .1; jobs | sed 's/^\(\[.\]\).*\(Stopped\).*/\1 \2/'; kill -CONT %+; kill %+; wait; echo end
END OF PART
rm -rf part
