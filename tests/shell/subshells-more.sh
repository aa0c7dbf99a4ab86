# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# subshell-edge'; part <<'END OF PART'
x=1; (x=2; echo $x); echo $x; (exit 3); echo $?; (cd /; pwd); [ "$PWD" != / ] && echo ok; (set -e; false; echo no); echo $?; (a=1; (a=2; echo $a); echo $a); { x=5; }; echo $x; (trap 'echo e' EXIT; true); x=$(x=9; echo $x); echo $x; (return 2>/dev/null; echo r); (f() { echo hi; }; f); f 2>/dev/null || echo nof; (exec echo exec'd; echo no); (umask 077; umask); umask >/dev/null; echo $BASH_SUBSHELL $(echo $BASH_SUBSHELL) $( (echo $BASH_SUBSHELL) ); (shopt -s nullglob); shopt -q nullglob || echo off; (declare -A m=([a]=b); echo ${m[a]}); (readonly r=1); r=2; echo $r; ( (exit 4) ); echo $?; (alias q=echo); alias q 2>/dev/null || echo noalias
END OF PART
echo '# pipes'; part <<'END OF PART'
echo a | cat | cat; false | true; echo $? ${PIPESTATUS[@]}; true | false | (exit 3); echo ${PIPESTATUS[*]}; set -o pipefail; false | true; echo $?; (exit 2) | (exit 3) | true; echo $?; ! false | true; echo $?; set +o pipefail; echo x | { read v; echo $v; }; echo ${v-un}; shopt -s lastpipe; echo y | read v; echo $v; echo e >&2 |& cat; ls nope |& wc -l; { echo out; echo err >&2; } 2>&1 >/dev/null | cat; yes | head -1; echo ${PIPESTATUS[@]}; true; echo $PIPESTATUS; : | : ; echo "${PIPESTATUS[@]}" "$?"
END OF PART
echo '# subst'; part <<'END OF PART'
x=$(echo a; echo; echo); echo "[$x]"; x=$(printf 'a\0b'); echo ${#x}; echo $(< /dev/null)e; echo hi > f; echo "$(<f)"; x=`echo \\\\a`; echo $x; echo "`echo "a"`"; echo $(echo ')'); echo $(case x in x) echo c;; esac); echo $(echo # comment )
echo more); x=$( (echo sub) ); echo $x; echo $((echo a) | cat); y=$(exit 5); echo $?; echo $(exit 3) $?; z=$(cd /; pwd); echo $z; echo "$(echo "$(echo "$(echo deep)")")"; set -- $(echo 'a  b'); echo $#; v=$(cat <<X
h
X
); echo $v; echo $(echo \$x '$y' "\$z"); echo "$(echo \")"; echo ${x:-$(echo '}')}
END OF PART
rm -rf part
