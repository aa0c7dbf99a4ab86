# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# exec-redir'; part <<'END OF PART'
exec 3>f3; echo to3 >&3; exec 3>&-; cat f3; exec 4<f3; read l <&4; echo $l; exec 4<&-; (exec >f4; echo in4); cat f4; exec 5<>f5; echo rw >&5; cat f5; exec 6>&1 >f6; echo hid; exec >&6; cat f6; echo x 2>&- >&7; echo $?
END OF PART
echo '# exec-fail'; part <<'END OF PART'
(exec nonexistent_cmd; echo no); echo $?; shopt -s execfail; exec nonexistent_cmd; echo $?; exec -a foo sh -c 'echo $0'
END OF PART
echo '# redirect-edge'; part <<'END OF PART'
exec 3>a 4>b; echo 1 >&3; echo 2 >&4; exec 3>&- 4>&-; cat a b; { echo x; echo y >&2; } >o 2>e; cat o e; (echo s) > s; cat s; echo a >> s; wc -l < s; cat < s > t; cat t; exec 5< t; read -u 5 l; echo $l; read l <&5; echo $l; exec 5<&-; echo hi | tee x > /dev/null; cat x; cat <<A <<B
1
A
2
B
echo err >&2 2>/dev/null; ls /nonexist 2>/dev/null || echo failed; { cat; } <<< str; echo $(cat < s); f() { echo in; } > g; f; cat g; : > z; [ -s z ] || echo empty; echo a 1>&2 2>&1 | cat; exec 6>&1; echo six >&6; exec 6>&-; while read l; do echo "r:$l"; done < s; if true; then echo c; fi > ifo; cat ifo; for i in 1 2; do echo $i; done >> ifo; cat ifo; echo "x" 2>&1 1>p; cat p; cat 3<s <&3; echo q >|s; cat s; >nn; ls nn; <s cat; 2>/dev/null ls nope; echo $?; echo foo > "a b"; cat "a b"; cat /dev/null; echo m 3>&1 >&3
END OF PART
echo '# heredoc-edge'; part <<'END OF PART'
cat <<-E
	a
		b
	  c
	E
cat <<E; echo after
x
E
cat <<'E' | wc -l
a
b
E
if true; then cat <<E
in if
E
fi
while read a; do echo "[$a]"; done <<E
l1
l2
E
x=$(cat <<E
sub
E
)
echo $x
cat <<"EOF"x
quoted
EOFx
cat <<E 2>&1
${x:-def} $((1+1)) `echo bt` \${x}
E
f() {
cat <<E
$1
E
}
f arg
cat <<E
a\
b
E
cat <<\E
raw $x
E
(cat <<E
subsh
E
)
cat <<E && echo and
y
E
cat << E
spaces
E
echo end
END OF PART
rm -rf part
