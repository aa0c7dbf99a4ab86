# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# errexit1'; part <<'END OF PART'
set -e; false || true; if false; then :; fi; ! true; false && true; echo 1; f() { false; echo notreached-in-and; }; f || echo or; x=$(false) || echo sub; (false; echo inner) || echo p; while false; do :; done; { false; } || :; echo end; false; echo no
END OF PART
echo '# errexit2'; part <<'END OF PART'
set -e; f() { false; echo reached; }; if f; then echo yes; fi; f && echo and; ! f; echo ok; a=$(false; echo still); echo "[$a]"; shopt -s inherit_errexit; b=$(false; echo still) || echo "b failed [$b]"; b=$(false; echo x); echo never
END OF PART
echo '# errexit3'; part <<'END OF PART'
set -e; true | false | true; echo pipe; set -o pipefail; true | false | true; echo no
END OF PART
echo '# errexit4'; part <<'END OF PART'
set -e; declare x=$(false); echo declare-ok; local_test() { local y=$(false); echo local-ok; }; local_test; y=$(false); echo no
END OF PART
echo '# errexit5'; part <<'END OF PART'
set -e; eval 'false; echo no' ; echo no2
END OF PART
echo '# errexit6'; part <<'END OF PART'
set -e; (set +e; false; echo sub-ok); [[ a == b ]] || echo t; (( 0 )) || echo z; let 0 || echo l; ((0)); echo no
END OF PART
echo '# errexit7'; part <<'END OF PART'
set -e; trap 'echo err' ERR; trap 'echo exit $?' EXIT; f() { return 3; }; f; echo no
END OF PART
echo '# errexit8'; part <<'END OF PART'
set -e; for i in 1 2; do false; echo no; done
END OF PART
echo '# errexit9'; part <<'END OF PART'
set -e; case x in x) false;; esac; echo no
END OF PART
echo '# errexit-cmdsub-arg'; part <<'END OF PART'
set -e; echo "a$(false)b"; echo $(exit 3); : $(false); x=y$(exit 2); echo no
END OF PART
echo '# inherit-posix'; part <<'END OF PART'
set -o posix; set -e; echo $(false; echo still)
END OF PART
echo '# trap-edge4'; part <<'END OF PART'
set -e; trap 'echo E' ERR; trap 'echo X' EXIT; f() { echo in; false; echo no; }; f
END OF PART
rm -rf part
