# printf and echo.
printf '%s|%5s|%-5s|%.2s|%5.1s|%*s|%-*s|\n' a b c defg hij 4 k 3 l
printf '%d %i %05d %+d % d %x %X %#x %o %#o %u\n' 42 -7 42 5 5 255 255 255 8 8 3
printf '%d %d %d %d\n' 0x10 010 "'A" '"é'; printf '%.3f %8.2f %-8.1f| %e %g %G\n' 3.14159 2.5 1 12345.678 0.0001 1e20
printf '%c%c\n' abc d; printf '%b|%s\n' 'a\tb\n\x41\101\0101' 'a\tb'; printf '%b' 'stop\cnot' x; echo
printf '%q %q %q %q %q\n' plain 'a b' "it's" '' $'new\nline'; printf '%s\n' one two three; printf '%s-%s\n' 1 2 3
printf 'no args %s %d|\n'; printf '%%|%5%|\n' 2>/dev/null; printf '\e[0m\u00e9\U1F600\n' | od -An -tx1 | tr -s ' '
printf -v var '%03d' 7; echo "$var"; printf -v arr[2] x; echo "${#arr[@]} ${arr[2]}"
printf '%d\n' abc 2>/dev/null; echo $?; printf '%d\n' 12abc 2>/dev/null; echo $?; printf 2>/dev/null; echo $?; printf '%z' 2>/dev/null; echo $?
printf '%(%Y-%m-%d)T\n' 0; printf '%s %s\n' "$(printf 'x\n\n')" end; printf -- '-%s-\n' dash; printf '%s' '' ; printf '%5s|%05.1f|%+.0e\n' é 2.25 12345
echo -n a; echo -e 'b\tc\x41\n' -e; echo -E 'd\t'; echo -ne 'e\c' f; echo; echo -neE 'g\t'; echo; echo -x -- y; echo "$(echo -e '\0101\e' | od -An -c | tr -s ' ')"
