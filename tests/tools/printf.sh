p='env printf'
### strings
$p '%s\n' a b; $p '%5s|%-5s|%.2s\n' ab ab abc; $p '%s %s\n' a; $p 'no args\n'; $p '%b' 'a\tb\n'
### numbers
$p '%d %i %u %o %x %X %#x %#o\n' 10 -10 10 8 255 255 255 8; $p '%05d|%-5d|%+d|% d\n' 42 42 42 42; $p '%.3d\n' 5
### floats
$p '%f %.2f %e %g %G %a\n' 3.14159 2.5 12345.678 0.0001 1e10 1; $p '%10.3f|%-10.1f|%+.1f\n' 3.14159 2.25 1
### characters
$p '%c%c\n' abc d; $p "%d\n" "'A"; $p '%d\n' '"a'
### escapes
$p 'a\\b\tc\x41\101\e[0m\a\n' | od -c; $p '\u00e9\U0001F600\n'
### stop
$p 'a\cb'; $p '%b' 'x\cy'
### reuse
$p '%s-%s\n' a b c; $p '%d\n' 1 2 3
### missing arguments
$p '%d %s|\n'; $p '%s\n'
### percent
$p '100%%\n'
### stars
$p '%*d|%-*d|%.*f\n' 5 42 5 42 2 3.14159
### hex and octal in
$p '%d %d %d\n' 0x1f 010 -0x1
### wrong numbers (stderr)
$p '%d\n' x; echo $?; $p '%d\n' 3x; echo $?; $p '%d\n' ''; echo $?
### wrong formats (stderr)
$p '%z\n' 1; echo $?; $p; echo $?
### quoting
$p '%q\n' 'a b' "it's" plain ''
### big
$p '%d\n' 9223372036854775807; $p '%u\n' 18446744073709551615; $p '%d\n' 9223372036854775808 2>/dev/null; echo $?
### more wrong formats (stderr)
$p 'a%5b\n' x; $p '%5%'; $p '%.3c' x; $p '%#d' 1; $p 'a%'; $p '%l'; $p '%1$s' a; $p 'abc' x y; $p '\x'; $p '\u12'; $p '\ud800'; $p '\u0041'; $p; echo $?; $p --
### the precision of long double
$p '%.20f %.25g %a\n' 0.1 0.1 0.1; $p '%.0f %.0f %.0f\n' 0.5 1.5 2.5; $p '%g %g\n' 100000 1000000; $p '%010a|%-20a|\n' 1 2; $p '%#g|%#.0f\n' 1 2; $p '%.0f\n' 123456789012345678901234567890; $p '%e\n' 1e4000 1e-4900
### numbers at their ends (stderr)
$p '%d\n' 99999999999999999999 -99999999999999999999 08 0b11; $p '%u %x\n' -1 -1; $p '%d %d %d\n' "'ab" "'é" '"'; $p '%f\n' 1e-5000 1.5x
### quoting as a shell reads it
$p '%q\n' 'a=b' '~a' '{}' '{' $'a\nb' $'\xff\xfe' $'a\n' 'a^' '[x]' -x a#
