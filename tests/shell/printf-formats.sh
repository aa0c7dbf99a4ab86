# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# printf-q'; part <<'END OF PART'
printf '%q\n' 'a b' '' "it's" $'a\nb' '~x' 'a~' '#x' 'x#' '{a,b}' 'a=b' '!' $'\e' é '$x`' 'a\b' '*?[' '-' '<>|&;()' '^' ',' ; printf '%Q\n' 'a b' ; printf '%.3q|\n' 'a bcd'; printf '%10q|\n' 'a b'
END OF PART
echo '# printf-b'; part <<'END OF PART'
printf '%b|' 'a\tb' '\0101' '\101' '\x41' '\u00e9' 'c\cd' more; echo; printf '%b' 'x\n\\\e' | od -c; printf '%s %b\n' 'a\tb' 'a\tb'; printf '%.2b|\n' 'a\tbc'; printf '%5b|%-5b|\n' 'a\n' b
END OF PART
echo '# printf-misc'; part <<'END OF PART'
printf '%d %i %o %x %X %u\n' 42 -3 8 255 255 -1; printf '%5.2f|%-8s|%08d|%+d|% d|%#x|%#o\n' 3.14159 ab 42 5 5 255 8; printf '%s\n' a b c; printf '%s-%s\n' a b c; printf '%c%c\n' hello w; printf '%%\n'; printf '%*d|%-*d|%.*f\n' 5 42 5 42 2 3.14159; printf '%e %g %G %a\n' 12345.678 0.00001 1e20 1; printf '%d\n' 0x1f 017 "'a" '"b'; printf '%d\n' abc; echo $?; printf '%d\n' 12abc; printf '%s'; printf '%z\n'; echo $?; printf -v v '%03d' 7; echo $v; printf -v 'a[2]' x; declare -p a; printf '%(%Y-%m-%d %H:%M:%S)T\n' 0; printf '%(%s)T\n' 100; printf '\x41\101\0101\n'; printf '%5%|\n'; printf -- '-x\n'; printf '%ld %lld %hd %jd %zd\n' 1 2 3 4 5; printf "%d\n" 9223372036854775808; printf '%s\n' 'a\nb'; printf '%.0f %.1f\n' 2.5 0.25; printf '%x\n' -1; printf '%d %d\n' 1; printf '%s|%d|%f\n'; printf; echo $?; printf '%n' 2>&1; printf 'a\cb' ; printf "%'d\n" 1234567
END OF PART
echo '# printf-edge'; part <<'END OF PART'
printf '%s\n' "a b" c; printf '%5s|%-5s|%05d|%.2f|%x|%o|%c|%%\n' ab cd 42 3.14159 255 8 xyz; printf '%s %d\n' a 1 b 2; printf 'no newline'; echo; printf '%q ' 'a b' "c'd" '$e' ''; echo; printf '%b\n' 'a\tb\\n'; printf '\n\t\\' | od -c; printf '%d\n' 0x1F 010 "'A" -5 +3; printf '%i\n' 3; printf '%u\n' 5; printf '%e\n' 1234.5; printf '%g %g\n' 0.0001 1000000; printf '%*d\n' 6 42; printf '%-*d|\n' 6 42; printf '%.*s\n' 2 abcdef; printf '%+d % d\n' 5 5; printf '%#x %#o\n' 255 8; printf '%s\n'; printf '%d\n'; printf 'a\x41\101\n'; printf '%s\n' $'a\nb'; printf '%.3s|%10.3s|\n' abcdef abcdef; printf -v v 'x%dy' 5; echo $v; printf '%(%Y)T\n' 0; printf '%s' a b c; echo; printf '%2$s %1$s\n' a b 2>/dev/null; printf '\u20ac \U1f600\n'; printf 'a%sb%sc\n' 1; printf '%ld %lu %lld\n' 1 2 3; printf '%5b|\n' 'x\ty'; printf '%X %E %G\n' 255 1.5 1e-10; printf '%f\n' 1e3 abc 2>/dev/null; printf "%s\n" -n -e; printf -- '--%s\n' x; printf '%c' '' | od -c | head -1; printf '%s\0' a b | od -c
END OF PART
rm -rf part
