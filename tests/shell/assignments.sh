# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# compound-assign'; part <<'END OF PART'
a=1 b=$a; echo $b; a=2 eval 'echo $a'; x=1 y=2 z=$((1+2)); echo $x$y$z; a=(1 2) b=3; echo ${a[1]}$b; v+=1; v+=2; echo $v; declare -i n=5; n+=3; echo $n; arr+=(x); arr+=(y z); echo ${#arr[@]}; s=a; s+=b; echo $s; p=$'x\ny'; echo "$p"; q="a"'b'c; echo $q; r=~; [ "$r" = "$HOME" ] && echo tilde; t=a*b; echo "$t"; u=$(echo a; echo b); echo "$u"; w=; echo "[$w]"; IFS=: read -r k l <<< 'm:n'; echo $k$l; A=1 B=$A bash -c 'echo "$A-$B"'; readonly C=5; C=6 2>/dev/null || echo ro; D=${E:=def}; echo $D$E; F=x G=y; unset F; echo "${F-none}$G"
END OF PART
echo '# dollar-underscore'; part <<'END OF PART'
echo a b c; echo $_; : x; echo $_; f() { :; }; f 1 2; echo $_; x=5; echo "[$_]"; true; echo $_; [[ a ]]; echo $_; ((1)); echo $_; y=$(echo z); echo "[$_]"; ls / >/dev/null; echo $_
END OF PART
echo '# lastpipe'; part <<'END OF PART'
shopt -s lastpipe; echo 1 2 | read a b; echo "$a$b"; seq 3 | while read x; do s=$((s+x)); done; echo $s; true | exit_() { :; }; seq 2 | mapfile -t m; echo ${#m[@]}; false | true; echo ${PIPESTATUS[@]}
END OF PART
rm -rf part
