# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# enable'; part <<'END OF PART'
enable -n test; type -t test; enable test; type -t test; enable -a | wc -l; enable -p | head -2; enable nosuch; echo $?; enable -s | head -3
END OF PART
echo '# dirstack'; part <<'END OF PART'
mkdir -p a/b c; pushd a >/dev/null; pushd b >/dev/null; dirs -p | wc -l; popd >/dev/null; basename "$PWD"; pushd ../c >/dev/null; basename "$PWD"; pushd >/dev/null; basename "$PWD"; dirs -v | wc -l; echo ${#DIRSTACK[@]}; popd -n >/dev/null; dirs -p | wc -l; dirs +0 >/dev/null; echo $?; cd - >/dev/null; dirs -c; dirs -p | wc -l
END OF PART
echo '# let'; part <<'END OF PART'
let a=1+2 b=a*2; echo $a $b; let 'c = a > b ? a : b'; echo $c; let 0; echo $?; let 1; echo $?; let "d=5" "d++"; echo $d; let e+=3; echo $e; let 'f[2]=7'; echo ${f[2]}
END OF PART
echo '# type-more'; part <<'END OF PART'
f() { echo "x $1"; }; type f; alias q='ls'; type -a cd | head -1; type -t for; type -p cat; command -V for; type -P nosuch; echo $?; declare -f f | head -1; command -v f for cat q | sed 's,.*/,,'
END OF PART
echo '# umask'; part <<'END OF PART'
umask 027; touch f; mkdir d; ls -ld f d | cut -c1-10; umask u=rwx,go=; umask; umask -S; umask go+r; umask; umask -p
END OF PART
echo '# shopt-lists'; part <<'END OF PART'
shopt -p | wc -l >/dev/null; shopt -s nullglob dotglob; shopt nullglob dotglob; shopt -q nullglob dotglob; echo $?; shopt -u nullglob; shopt -q nullglob dotglob; echo $?; shopt -o pipefail; set -o pipefail; shopt -o pipefail; shopt -po pipefail; shopt -s nosuch 2>/dev/null; echo $?; shopt -su x 2>/dev/null; echo $?
END OF PART
echo '# source-args'; part <<'END OF PART'
echo 'echo "args: $# $*"; shift 2>/dev/null; echo "after: $*"; set -- new; x=set' > s.sh; set -- a b; . ./s.sh; echo "$*"; set -- a b; . ./s.sh 1 2 3; echo "$* $x"; echo 'return 7; echo no' > r.sh; . ./r.sh; echo $?; echo 'echo ${BASH_SOURCE[0]##*/} ${#BASH_SOURCE[@]} ${FUNCNAME[0]}' > n.sh; . ./n.sh; f() { . ./n.sh; }; f; . nosuchfile 2>/dev/null; echo $?; printf 'false\n' > e.sh; . ./e.sh; echo $?; : > empty.sh; false; . ./empty.sh; echo $?; PATH=$PWD:$PATH; . n.sh; source <(echo 'echo procsub'); . /dev/stdin <<< 'echo stdin'
END OF PART
echo '# random-seq'; part <<'END OF PART'
RANDOM=5; a="$RANDOM $RANDOM"; RANDOM=5; b="$RANDOM $RANDOM"; [ "$a" = "$b" ] && echo same; echo "$a"; x=$RANDOM; (( x >= 0 && x < 32768 )) && echo range; SECONDS=5; echo $SECONDS; [[ $EPOCHSECONDS -gt 1000000 ]] && echo epoch; [[ $EPOCHREALTIME == *.* ]] && echo real; echo $BASHPID | grep -c .; [[ $LINENO -gt 0 ]] && echo line; echo ${BASH_VERSINFO[0]}; unset SECONDS; SECONDS=x; echo $SECONDS
END OF PART
echo '# glob-ignore'; part <<'END OF PART'
touch a.o b.c c.o; GLOBIGNORE='*.o'; echo *; GLOBIGNORE='*.o:b*'; echo *; unset GLOBIGNORE; echo *; shopt -s nocaseglob; touch X.O; echo *.o; shopt -u nocaseglob; echo *.O
END OF PART
echo '# bind'; part <<'END OF PART'
bind -l >/dev/null 2>&1; echo $?; bind '"\C-x": self-insert' 2>/dev/null; echo $?; bind -x 2>/dev/null; echo $?
END OF PART
rm -rf part
