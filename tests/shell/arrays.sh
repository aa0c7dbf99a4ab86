# Indexed and associative arrays.
a=(one two 'three four' [7]=seven eight)
declare -p a; echo "${#a[@]} ${!a[*]} ${a[-1]} ${a[2]}"
a+=(nine); a[1]+=TWO; unset 'a[0]' 'a[-1]'; declare -p a
printf '<%s>' "${a[@]}"; echo; printf '<%s>' "${a[*]}"; echo
IFS=,; echo "${a[*]}"; echo ${a[*]}; unset IFS
b=("${a[@]:1:2}"); declare -p b
echo "${b[@]/three/3}" "${b[@]#t}" "${b[@]^^}" "${#b[1]}"
c=(); echo "${#c[@]} [${c[@]}] ${c[@]-unset} ${c+set}"
n=2; d[n]=x; d[n+1]=y; d[$((n*3))]=z; declare -p d; ((d[n]=5, d[n]+=2)); echo "${d[n]} ${d[2]}"
declare -A m=([k1]=v1 ['two words']='v 2'); m[k3]=v3; m[k1]+=more
for k in k1 'two words' k3; do echo "$k=${m[$k]}"; done
echo "${#m[@]}"; unset 'm[k3]'; [[ -v m[k3] ]] || echo gone; [[ -v m[k1] ]] && echo kept
key='a]b'; m[$key]=odd; echo "${m[$key]}" "${m['a]b']}"
mapfile -t lines <<< $'x\ny\nz'; echo "${#lines[@]} ${lines[2]}"
mapfile -d , -n 2 -s 1 parts < <(printf 'p,q,r,s'); printf '<%s>' "${parts[@]}"; echo
read -ra words <<< 'some  more words'; declare -p words
f() { local -a l=(1 2); local -A h=([x]=y); l+=(3); echo "${l[*]} ${h[x]}"; }; f; echo "${l-none}"
e=([3]=c [1]=a b); echo "${e[@]}" "${!e[@]}"; scalar=s; scalar[2]=t; declare -p scalar
g=({1..3}{a,b} *.nonexistent); echo "${g[@]} ${#g[@]}"; readonly r=(1); (r[0]=2; echo not reached) 2>/dev/null; echo "$?"
i=0; h[i++]=p; h[i++]=q; echo "${h[@]} $i"; echo "${a[@]@Q}" "${m[k1]@A}"
