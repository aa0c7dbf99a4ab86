# Arrays at their edges: negative indices, holes, slices, lists with indices.
exec 2>&1 < /dev/null
echo "-- arrays-neg"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
a=(1 2 3 4 5); echo ${a[-1]} ${a[-5]} "${a[@]:1:2}" "${a[@]: -2}" "${a[@]: -2:1}"; echo ${a[-6]}; echo $?; unset 'a[1]'; declare -p a; unset 'a[-1]'; declare -p a; echo ${#a[@]} ${!a[@]}; a[-1]=x; declare -p a; a[-9]=y; echo $?; a+=(z); declare -p a; a+=([10]=t u); declare -p a; unset 'a[99]'; unset 'a[-99]'; echo $?; echo "${a[@]:3:2}" "${a[@]:0:1}"; a[7]+=app; declare -p a; a+=x; echo ${a[0]}; echo ${a[@]:1:-1}; echo $?
)
echo "-- assoc"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
declare -A h=([a]=1 [b c]=2 ['d"e']=3); for k in "${!h[@]}"; do echo "$k=${h[$k]}"; done | sort; echo ${#h[@]} ${h[nosuch]-none}; h[a]+=x; echo ${h[a]}; unset 'h[b c]'; echo ${#h[@]}; h+=([z]=26); k=z; echo ${h[$k]}; [[ -v h[z] ]] && echo v; [[ -v h[q] ]] || echo nv; echo "${h[@]@k}" | wc -w; h[]=x; echo $?; h[@]=at; echo ${h[@]}; unset h; declare -A h; h['$x']=1; h["a]b"]=2; declare -p h; unset 'h[$x]'; declare -p h; declare -A e=(); echo "[${e[*]}]"; unset e[@]; declare -p e
)
echo "-- slices"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
s=hello; echo ${s:1:3} ${s: -3} ${s:1} ${s:0:-1} ${s: -3:2} ${s:10}; echo ${s: -10}x; echo ${s:2:-4}; echo $?; set -- a b c d; echo ${@:2} "${@:2:2}" ${@: -1} ${@:0:1} ${*:3}; echo ${@:1:-1}; echo $?; echo ${s:$((1+1)):1} ${s:1+1}; x=; echo "[${x:0:1}]"; echo ${#s} ${#@} ${#*} ${##}; s=héllo; echo ${s:1:1} ${#s}; echo ${s^} ${s^^} ${s,,} ${s^^[hl]} ${s~} ${s~~}
)
:
