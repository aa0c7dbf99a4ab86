# declare -n: references to variables, elements and through function calls.
target=1; declare -n ref=target; ref=2; echo "$target $ref ${!ref}"
unset ref; echo "${target-unset}"; unset -n ref; target=3
set_to() { local -n out=$1; out=$2; }; set_to target four; echo "$target"
append() { local -n list=$1; shift; list+=("$@"); }; items=(a); append items b 'c d'; declare -p items
declare -A map=([x]=1); count() { local -n m=$1; echo "${#m[@]} ${m[x]} ${!m[@]}"; m[y]=2; }; count map; echo "${map[y]}"
arr=(p q r); declare -n el='arr[1]'; echo "$el"; el=Q; echo "${arr[@]}"
for name in 1; do declare -n loop; for loop in target el; do echo "${!loop}: $loop"; done; done
declare -n unset_ref; unset_ref=fresh; fresh=value; echo "$unset_ref"; declare -p unset_ref
declare -n chain=middle middle=end; end=last; echo "$chain"; chain=changed; echo "$end"
number=5; declare -n num=number; ((num += 2)); echo "$number"; let num*=2; echo "$number"
read -r num <<< 99; echo "$number"; printf -v num %03d 7; echo "$number"
[[ -R num ]] && echo reference; [[ -v num ]] && echo set; declare +n num; declare -p num
f() { local -n x=$1; local y=inner; x=outer; echo "$y"; }; y=before; g() { f z; }; g; echo "$z $y"
declare -n self=self 2>/dev/null; echo "$?"; declare -n bad=1x 2>/dev/null; echo "$?"
