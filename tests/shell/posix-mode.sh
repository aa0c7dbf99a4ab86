# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
posix_part() { rm -rf part; mkdir part; cd part || exit; bash --posix -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# sh:mode-x'; posix_part <<'END OF PART'
echo "$POSIXLY_CORRECT"; case $- in *e*) echo e;; esac; shopt -q expand_aliases 2>/dev/null; alias hi='echo hi there'
hi
x=1; f() { echo "$x"; }; x=2 f; echo $x; x=3 eval 'echo $x'; echo $x; x=4 :; echo $x; export -p | grep -c POSIXLY; readonly R=1; readonly -p | grep ' R'; type test; type :; trap 'echo bye' 0; trap; set -- a b; echo "$# $*"; unset x; echo ${x-unset}; echo 'a\tb'; printf '%s\n' ~; cd /; pwd; echo $((1+1)); [ 1 = 1 ] && echo t; kill -l 15; command -v cd; hash; umask; set -o | grep -c on; until false; do break; done; case a in (a) echo c;; esac; read v <<E
in
E
echo $v; (exit 3); echo $?; ! true; echo $?; local_() { local y=1; echo $y; }; local_; a=$(echo sub); echo $a; echo "${a#s}" "${#a}"; exec 3>&1; echo fd >&3
END OF PART
echo '# sh:mode2'; posix_part <<'END OF PART'
(shift 9; echo no); echo $?; (set -o nope; echo no) 2>/dev/null; echo $?; (readonly q=1; q=2; echo no) 2>/dev/null; echo $?; (. /nonexistent; echo no) 2>/dev/null; echo $?; (exec </nonexistent; echo no) 2>/dev/null; echo $?; (export 9=1; echo no) 2>/dev/null; echo $?; (unset -v 9; echo ok) 2>/dev/null; (trap x NOPE; echo ok) 2>/dev/null; (eval '('; echo no) 2>/dev/null; echo $?; (: ${q?err}; echo no) 2>/dev/null; echo $?; (echo $((1/0)); echo no) 2>/dev/null; echo $?; command export 9=1 2>/dev/null; echo $?; set -e; false || echo or; echo $(false; echo no); echo end
END OF PART
echo '# sh:posix1'; posix_part <<'END OF PART'
echo 'a\tb'; x=1 export y; f() { x=2; }; x=5 f; echo $x; x=7 :; echo $x; readonly r=1; echo $BASH_VERSION | cut -c1; set -o | grep posix; type -t test; [ -n "$POSIXLY_CORRECT" ] && echo pc
END OF PART
echo '# sh:posix2'; posix_part <<'END OF PART'
(r=1; readonly r; r=2; echo no); echo $?; (. ./nonexist; echo no); echo $?; (shift 5; echo yes); echo $?; (set -o bad; echo no); echo $?; (export 1x; echo no); echo $?; (unset -f x-y; echo ok); (eval 'if'; echo no); echo $?; (break; echo brk); (exec 3<nonexist; echo no); echo $?; (: <nonexist; echo no); echo $?; (trap x BAD; echo ok); echo $?
END OF PART
rm -rf part
