# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# transformations'; part <<'END OF PART'
s=$'a b\n\'c"'; echo "${s@Q}"; echo "${s@E}"; p='\u@\h' ; t='a\tb\x41'; echo "${t@E}"; arr=(1 "2 3"); declare -A aa=([k]="v w"); echo "${arr@A}" "${arr[@]@A}"; echo "${aa[@]@A}"; echo "${arr[@]@K}"; echo "${aa[@]@K}"; echo "${arr[@]@k}"; echo "${arr@a}" "${aa@a}"; declare -rx ro=1; echo "${ro@a}" "${ro@A}"; u=hello; echo "${u@u}" "${u@U}"; echo "${u@L}"; U=HELLO; echo "${U@L}"; echo "${arr[@]@Q}" "${*@Q}"; set -- a "b c"; echo "${@@Q}" "${@@A}"; unset un; echo "[${un@Q}]" "[${un@a}]"
END OF PART
echo '# casemod'; part <<'END OF PART'
s='hello World'; echo "${s^}" "${s^^}" "${s,}" "${s,,}" "${s~}" "${s~~}" "${s^^[lo]}" "${s^[a-z]}" "${s,,W}"; a=(foo bar); echo "${a[@]^}" "${a[*]^^}"; echo "${a^}"
END OF PART
echo '# indirect'; part <<'END OF PART'
a=b; b=c; c=d; echo ${!a} ${!b}; set -- x y z; n=2; echo ${!n} ${!#} "${!n:-q}"; arr=(1 2); r='arr[1]'; echo ${!r}; r='arr[@]'; echo "${!r}"; echo ${!BASH_VERSI*} ; echo "${!arr@}"; xx1=1 xx2=2; echo ${!xx*} "${!xx@}"; unset q; echo "${!q}"; echo $?; q='bad name'; echo ${!q}; echo after
END OF PART
rm -rf part
