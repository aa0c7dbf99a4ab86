# Files, descriptors, here-documents.
cd "$(mktemp -d)" || exit 1
echo one > f; echo two >> f; cat f
cat < f > g; read -r line < g; echo "$line"
{ echo out; echo err >&2; } > both 2>&1; sort both
echo x 2>/dev/null >&2; echo "to stderr" >&2
exec 3< f; read -r a <&3; read -r b <&3; echo "$a $b"; exec 3<&-
exec {fd}> h; echo "via fd" >&$fd; exec {fd}>&-; cat h; [ "$fd" -ge 10 ] && echo ten
cat <<END
plain $((1 + 1)) $(echo sub)
END
cat <<'END'
quoted $x `y`
END
cat <<-END
	tabs
	gone
	END
cat <<< "here string"
while read -r l; do echo "<$l>"; done < <(printf '1\n2\n')
set -C; echo no > f; echo "$?"; echo yes >| f; cat f; set +C
cat < missing; echo "$?"
echo hi > /dev/fd/1
echo closed >&7; echo "$?"
