# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# utf8'; part <<'END OF PART'
s='aéî€😀z'; echo ${#s} "${s:1:2}" "${s: -2}" "${s:4}" "${s^^}" "${s^?}" "${s/é/E}" "${s//[é€]/_}"; [[ é == ? ]] && echo one; case € in ?) echo q;; esac; printf '%5s|%-5s|\n' é é; printf '%.2s|\n' "$s"; x=ÀÉ; echo "${x,,}" "${x,}"; [[ $x =~ ^.(.)$ ]] && echo "${BASH_REMATCH[1]}"; echo "${s%?}" "${s#??}"; printf '%d\n' "'é" "'😀"; printf '\u00e9\U1F600\n'; echo $'\u00e9' $'\xc3\xa9'; [[ é < z ]] && echo lt || echo ge; echo "${s@Q}"
END OF PART
echo '# utf8-invalid'; part <<'END OF PART'
s=$'a\xffb\xc3'; echo ${#s}; printf '%s' "$s" | od -An -tx1; printf '%s' "${s:1:1}" | od -An -tx1; printf '%q\n' "$s"; printf '%s' "${s/b/X}" | od -An -tx1; [[ $s == a?b? ]] && echo m; declare -p s; echo "${s@Q}"; x=${s^^}; printf %s "$x" | od -An -tx1; arr=("$s" y); printf '%s' "${arr[0]}" | od -An -tx1; echo "$s" | { read v; printf %s "$v" | od -An -tx1; }
END OF PART
echo '# utf8-locale-c'; part <<'END OF PART'
LC_ALL=C; s=é; echo ${#s}; printf '%s' "${s:0:1}" | od -An -tx1; [[ $s == ?? ]] && echo two; printf '%q\n' "$s"; LC_ALL=C.UTF-8; echo ${#s}
END OF PART
echo '# unicode-edge'; part <<'END OF PART'
x='日本語'; echo ${#x} ${x:1:1} ${x#日} ${x%語} ${x/本/-} "${x//[日語]/.}"; for ((i=0;i<${#x};i++)); do printf '%s|' "${x:i:1}"; done; echo; [[ $x == ???  ]] && echo three; [[ $x =~ (.)語$ ]] && echo ${BASH_REMATCH[1]}; printf '%-6s|%6s|\n' $x $x; printf '%.1s\n' $x; y=ÄÖÜ; echo ${y,,} ${y,} ; z=straße; echo ${z^^}; echo $'\u65e5\u672c'; printf '\u8a9e\n'; case ä in [a-z]) echo range;; [[:alpha:]]) echo alpha;; esac; declare -A m=([ключ]=знач); echo ${m[ключ]}; é() { echo func; }; é; echo "${x@Q}"; printf '%q\n' "$x"; read -n 2 a <<< "$x"; echo $a; printf '%d\n' "'日"; IFS=本; set -- $x; echo $1 $2; unset IFS; echo "${y:0:2}" | wc -c; touch "$x.txt"; echo *本*; echo ?本?.txt; echo [日]*
END OF PART
rm -rf part
