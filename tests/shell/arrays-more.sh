# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# array-edge'; part <<'END OF PART'
a=(); echo ${#a[@]} "${a[@]}" "${a[*]}"; a=(1 2 3); a+=(4); a[10]=x; echo ${#a[@]} ${!a[@]} ${a[@]: -1} "${a[@]:1:2}"; unset a[1]; echo "${!a[@]}"; b=("${a[@]}"); echo ${!b[@]}; c=("x y" z); for i in "${c[@]}"; do echo "<$i>"; done; for i in ${c[@]}; do echo "<$i>"; done; echo "${c[*]}" ${#c[0]}; d=([2]=b [0]=a); echo ${d[@]} ${!d[@]}; e=(a b c); echo ${e[@]/b/X} ${e[@]#a} "${e[@]^^}"; e=("${e[@]:1}"); echo ${e[@]}; f=(3 1 2); IFS=$'\n' g=($(sort <<< "${f[*]}")); unset IFS; echo ${g[@]}; h=(a b); h=(x "${h[@]}" y); echo ${h[@]}; declare -a k; k[5]=v; echo ${#k[@]}; l=(${c[@]}); echo ${#l[@]}; m=(1 2 3); unset m; echo ${m[@]-unset}; n=(a b c); n[1]=; echo "${n[@]}" ${#n[@]}; o=($(echo a b) c); echo ${#o[@]}; p=("$@"); echo ${#p[@]}; q=(a b c); echo ${q[@]:0:2} ${q[$((1+1))]} ${q[-2]}; r=(1 2 3); sum=0; for i in ${r[@]}; do ((sum+=i)); done; echo $sum; [[ " ${q[*]} " == *" b "* ]] && echo has; printf '%s\n' "${q[@]}"; s=(a b); s[${#s[@]}]=c; echo ${s[@]}; mapfile -t t <<< $'x\ny'; echo ${t[1]}; u=(x); u=; echo "${u[@]}" ; v="str"; v[1]=two; echo "${v[@]}"; readonly w=(1); w[0]=2 2>/dev/null; echo ${w[0]}
END OF PART
echo '# assoc'; part <<'END OF PART'
declare -A m=([a]=1 ["b c"]=2 [d]=); echo "${#m[@]}"; for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort; m[e]+=x; m[e]+=y; echo ${m[e]}; unset 'm[a]'; echo "${m[a]-unset}"; [[ -v m[e] ]] && echo set; [[ -v m[zz] ]] || echo unset; k='b c'; echo "${m[$k]}" ${m["b c"]} "${m['b c']}"; m[']']=br; echo "${m[']']}"; m+=([x]=1 [y]=2); echo ${#m[@]}; declare -A n=(k1 v1 k2 v2); declare -p n; echo ${n[@]:0:1}; k='$(echo pwn)'; m[$k]=safe; echo "${m[$k]}"; m["$k"]=s2; (( m[cnt]++ )); (( m[cnt]+=5 )); echo ${m[cnt]}; unset m; echo ${#m[@]}
END OF PART
echo '# assoc-keys'; part <<'END OF PART'
declare -A m; m[@]=at; echo $?; m[*]=st; m[' ']=sp; m[\$]=dl; m[a\ b]=q; m["x]y"]=rb; declare -p m | tr ' ' '\n' | sort; echo "${m[ ]}"; m[]=x; echo $?
END OF PART
echo '# indexed'; part <<'END OF PART'
a=(a b c); a[5]=f; a+=(g); declare -p a; echo "${a[-1]}" "${a[@]:1:2}" "${a[@]: -2}" "${!a[@]}" "${#a[@]}" "${#a[0]}" "${a[@]/#/x}" "${a[@]%?}"; a[-1]=z; unset 'a[-1]'; declare -p a; a=("${a[@]}"); declare -p a; b=([3]=x y [1]=z w); declare -p b; unset a[0]; echo ${a[0]-un}; a=(); echo "${#a[@]}" "${a[@]-empty}"; echo "${a[-1]}"; a[-5]=x; echo $?; c=(x{1,2} *nomatch* "$@" $(echo 1 2)); declare -p c; d[0]=1 d[2]=3; echo ${d[*]}; e="scalar"; echo "${e[0]}" "${e[@]}" "${#e[@]}"; e+=(more); declare -p e; f=1; f[1]=2; declare -p f
END OF PART
echo '# slices'; part <<'END OF PART'
s=0123456789; echo ${s:3} ${s:3:2} ${s: -3} ${s: -3:2} ${s:0:-2} ${s:5:-2} "${s:20}" ${s:(-4):2} ${s:1+1:2*2}; echo ${s:5:-8}; echo after; set -- a b c d; echo "${@:2}" "${@:2:2}" "${@: -1}" "${@:0:2}" "${*:3}"; a=(0 1 2 3); echo "${a[@]: -1:1}" "${a[@]:1:-1}"
END OF PART
echo '# nameref-array'; part <<'END OF PART'
a=(1 2 3); declare -n r=a; echo "${r[@]}" "${#r[@]}" "${!r}" "${!r[@]}"; r+=(4); r[0]=x; echo "${a[@]}"; unset 'r[1]'; declare -p a; unset -n r; echo "${r-none}"
END OF PART
echo '# nameref-func'; part <<'END OF PART'
f() { local -n out=$1; out=(x y z); }; f res; declare -p res; g() { local -n m=$1; m[k]=v; }; declare -A map; g map; declare -p map
END OF PART
rm -rf part
