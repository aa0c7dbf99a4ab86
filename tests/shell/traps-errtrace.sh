# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# traps-all'; part <<'END OF PART'
trap 'echo EXIT $?' EXIT; trap 'echo ERR $?' ERR; false; f() { trap 'echo RET' RETURN; return 3; }; f; trap -p; (trap; exit 2); trap - ERR; false; exit 7
END OF PART
echo '# trap-debug'; part <<'END OF PART'
f() { echo in; }; trap 'echo "D:$BASH_COMMAND"' DEBUG; echo a; f; x=1; for i in 1 2; do :; done; [[ a == a ]]; ((1)); case x in x) :;; esac; trap - DEBUG; echo done
END OF PART
echo '# trap-debug-functrace'; part <<'END OF PART'
set -T; f() { echo in; }; trap 'echo "D:$BASH_COMMAND"' DEBUG; f; (echo sub); trap - DEBUG
END OF PART
echo '# trap-err-errtrace'; part <<'END OF PART'
set -E; f() { false; }; trap 'echo "E:$LINENO $BASH_COMMAND ${FUNCNAME[0]}"' ERR; f; (false); x=$(false); if false; then :; fi; false || true; ! true; echo done
END OF PART
echo '# trap-return'; part <<'END OF PART'
f() { echo f; }; trap 'echo R' RETURN; f; set -T; f; . /dev/stdin <<< 'echo src'; declare -ft f; set +T; f
END OF PART
echo '# trap-signal'; part <<'END OF PART'
trap 'echo usr1' USR1; kill -USR1 $$; echo after; trap '' USR1; kill -USR1 $$; trap - USR1; trap 'echo t; exit 9' TERM; kill $$; echo no
END OF PART
echo '# trap-exit-subshell'; part <<'END OF PART'
trap 'echo parent' EXIT; (trap 'echo child' EXIT; exit 3); echo $?; (exit 1); $(exit 4); echo $?
END OF PART
echo '# trap-reset-sub'; part <<'END OF PART'
trap 'echo x' INT; trap -p; (trap -p); (trap 'echo y' INT; trap -p); trap -l | head -2; trap 'echo q' 2 15; trap -p SIGINT TERM; trap -- - INT; trap -p
END OF PART
echo '# trap-edge'; part <<'END OF PART'
trap 'echo 1' EXIT; trap 'echo 2' EXIT; (echo sub); f() { trap 'echo f' EXIT; }; f; trap - EXIT; trap 'echo sig' USR1; kill -USR1 $BASHPID; trap; trap 'echo in; exit 3' EXIT; true
END OF PART
echo '# trap-edge3'; part <<'END OF PART'
trap 'echo err line $LINENO' ERR
false
f() {
  false
}
f
x=$(false)
true && false
false || true
if ! true; then :; fi
(exit 3)
echo done
END OF PART
rm -rf part
