# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# p5'; part <<'END OF PART'
path=/a/b/c.tar.gz; echo ${path##*/} ${path#*/} ${path%.*} ${path%%.*} ${path%/*} ${path##*.} "${path/\/b\//_}"; f="file name.txt"; echo "${f%.*}" "${f##* }"; g='[x]y'; echo "${g#\[}" "${g#[[]}" "${g%y}" "${g//[\[\]]/}"; h='a*b*c'; echo "${h#*\*}" "${h%%\**}" "${h//\*/+}"; k='$x'; echo "${k#\$}"
END OF PART
echo '# p6'; part <<'END OF PART'
declare -A m=([one]=1 [two]=2); for k in "${!m[@]}"; do echo "$k"; done | sort; echo "${m[one]:-none}" "${m[x]:-none}" "${#m[one]}" "${m[@]+set}"; m[three]+=3; unset 'm[one]'; echo "${#m[@]}"; k=two; echo "${m[$k]}" "${m["$k"]}"; m["a b"]=sp; echo "${m[a b]}"; [[ ${m[two]} -eq 2 ]] && echo eq; echo $((m[two]+1)); f() { local -A l=([x]=y); echo "${l[x]}"; }; f; declare -p m | wc -l; typeset -A e; echo "${#e[@]}" "${e[*]}"
END OF PART
echo '# quoting-edge'; part <<'END OF PART'
echo "a\nb" 'a\nb' $'a\nb' "a\\b" "\$" "\`" "\"" "\!" "\a" 'a"b' "a'b" \'\" a\ b; echo "${x:-'a'}" "${x:-"a"}" ${x:-'a'} ${x:-"a b"}; echo "${x:-\}}" ${x:-\}} "${x:-a\'b}"; echo "$(echo "a\\b")" `echo "a\\\\b"` "`echo \"x\"`"; echo $'\'' $'\\' $'\x41\u0042\103' $'\cA' | cat -v; echo "a	b"; echo a\
b; echo 'a\
b'; echo "a\
b"; echo $"hi $x"; echo "\x41"; cat <<< "a'b\"c"; cat <<'E'
\$x `y` "z" \\
E
cat <<E
\$x \`y\` "z" \\ \q 'a'
E
END OF PART
echo '# nested-subst'; part <<'END OF PART'
echo $(echo $(echo $(echo a b) c) d); echo "$(echo "$(echo "x  y")")"; x=$(cat <<E
$(echo in)
E
); echo "$x"; echo $(if true; then echo y; fi; for i in 1 2; do echo $i; done); echo $( (echo a); (echo b) ); y=$(printf '%s\n' a b '' ''); echo "[$y]"; echo $(( $(echo 3) * $((2+1)) )); echo ${x:+$(echo sub)}; echo "$(printf 'a\n\n\n')"x; echo $(<<<abc cat); arr=($(echo 1 2 3)); echo ${#arr[@]}; echo `echo \`echo nested\``; case $(echo a) in a) echo m;; esac; echo "$( : )"e
END OF PART
echo '# string-edge'; part <<'END OF PART'
s="Hello World"; echo ${#s} ${s:0:5} ${s:6} ${s: -5:3} ${s^^} ${s,,} ${s~~} ${s/World/There} ${s//o/0} ${s/#Hello/Bye} ${s/%World/All} "${s//[aeiou]/}" ${s#* } ${s% *}; x=; echo "${x:-empty}" "${#x}"; a="a.b.c"; echo ${a//./-} ${a%%.*} ${a##*.}; t="  trim me  "; t="${t#"${t%%[![:space:]]*}"}"; t="${t%"${t##*[![:space:]]}"}"; echo "[$t]"; r=""; for ((i=${#s}-1;i>=0;i--)); do r+="${s:i:1}"; done; echo "$r"; [[ $s == *World ]] && echo suffix; [[ $s == Hello* ]] && echo prefix; [[ $s == *lo\ Wo* ]] && echo contains; [[ "$s" =~ ^H.*d$ ]] && echo re; echo "${s:0:1}${s:1}" | tr a-z A-Z; printf -v pad '%-15s|' "$s"; echo "$pad"; echo "${s@U}" "${s@L}" "${s@u}"; c='a,b,,c'; IFS=, read -ra p <<< "$c"; echo ${#p[@]} "${p[2]}" "${p[3]}"; IFS=,; q=($c); unset IFS; echo ${#q[@]}; j=$(IFS=+; echo "${q[*]}"); echo $j; echo "${s//l/[&]}" "${s/o*/}" "${s/[[:upper:]]/x}"; y="a/b"; echo "${y//\//::}" "${y/\//}"; repeat=$(printf '=%.0s' {1..10}); echo $repeat
END OF PART
echo '# brace'; part <<'END OF PART'
echo {a,b}{1,2} {1..5} {5..1} {a..e} {1..10..3} {01..10..4} a{,b}c {a,{b,c}} {a} {} {a,b {1..a} x{1..3}y{a,b} {-2..2} {z..w} "{a,b}" {a,"b c"} \{a,b} {a\,b,c} ${x-{a,b}} {A..c..10} {1..3..0} $'{a,b}' {a..b}{c..d}; set +B; echo {a,b}
END OF PART
rm -rf part
