# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# procsub'; part <<'END OF PART'
cat <(echo a) <(echo b); echo x | tee >(cat >f1) >/dev/null; sleep .2; cat f1; diff <(echo 1) <(echo 1) && echo same; while read l; do echo "l $l"; done < <(printf '1\n2\n'); f() { cat "$1"; }; f <(echo fn); wc -l < <(echo; echo)
END OF PART
echo '# varfd'; part <<'END OF PART'
exec {fd}>out.txt; echo "$((fd>=10))"; echo hi >&$fd; exec {fd}>&-; cat out.txt; { echo hi2; } {v}>o2; echo $v; exec {w}<out.txt; read l <&$w; echo $l; exec {w}<&-
shopt -s varredir_close; { :; } {q}>/dev/null; echo x >&$q
END OF PART
echo '# process-subst-more'; part <<'END OF PART'
cat <(echo 1) - <(echo 3) <<< 2; paste <(seq 3) <(seq 4 6); tee >(wc -l > cnt) < <(seq 4) >/dev/null; sleep .2; tr -d ' ' < cnt; f() { cat "$1" "$2"; }; f <(echo a) <(echo b); comm -12 <(printf 'a\nb\n') <(printf 'b\nc\n'); exec 3< <(echo held); cat <&3; exec 3<&-; [ -e <(:) ] && echo exists; while read x; do echo $x; done < <(for i in 1 2; do echo $i; done); echo <(:) | grep -c /dev/fd; wc -c < <(printf abc); x=$(cat <(echo nested <(:) | cut -c1-6)); echo $x; mapfile -t a < <(seq 3); echo ${a[@]}; { cat; } < <(echo grp); diff <(echo a) <(echo b) >/dev/null || echo differ
END OF PART
rm -rf part
