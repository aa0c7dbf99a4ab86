### to and from
numfmt --to=iec 1024 1500 1048576 0 999; numfmt --to=si 1000 1500 1234567; numfmt --to=iec-i 2048; numfmt --from=iec 1K 1.5M; numfmt --from=si 1K; numfmt --from=auto 1Ki 1K; numfmt --from=iec-i 1Ki
### fields, formats, padding
printf 'a 1024 x\n' | numfmt --field 2 --to=iec; printf '1:2000\n' | numfmt -d: --field=2 --to=si; numfmt --format='%.2f' --to=iec 1500; numfmt --padding=8 5; numfmt --padding=-8 5 | cat -A; numfmt --suffix=B --to=si 5000; numfmt --grouping 1000; numfmt --format='%10f|' 5; numfmt --header=1 --to=si 2>/dev/null <<< $'h\n1000'
### rounding, units
for r in up down from-zero towards-zero nearest; do numfmt --round=$r --to=iec 1100 -- -1100; done; numfmt --from-unit=1024 4; numfmt --to-unit=1000 5000; numfmt --from-unit=512 --to=iec 4
### wrong (stderr)
numfmt x; echo $?; numfmt --to=bad 1; echo $?; numfmt --from=si 1Q; echo $?; numfmt --invalid=ignore x; echo $?; numfmt --invalid=warn x; echo $?
### many numbers (stderr)
for s in 1 12 123 1234 12345 123456 999 1000 9949 9950 99949 99950 999499 999500 999999 1000000 1e5 0.1 1.5 -1 -1500 00012 1234567890123 999999999999999999 99999999999999999999; do for t in si iec iec-i none; do numfmt --to=$t -- $s; done; done; for r in up down from-zero towards-zero nearest; do for v in 1001 1999 1500 -1001 -1999 9999 -9999 0.01; do numfmt --round=$r --to=si -- $v; numfmt --round=$r --format=%.2f --to=iec -- $v; numfmt --round=$r --format=%.0f -- $v; numfmt --round=$r --from-unit=7 --to-unit=3 -- $v; done; done
### fields and blanks
printf 'a 1000 b\n  x   2000   y  \nz\n\n 5 6\n' | numfmt --field=2 --to=si; printf '1000 2000 3000\n' | numfmt --field=1,3 --to=si; printf '1000 2000 3000\n' | numfmt --field=2- --to=si; printf '1000\t2000\n' | numfmt --field=2 --to=si; printf '1000,2000,x\n' | numfmt -d, --field=1-2 --to=si; printf ' 1000\n' | numfmt -d' ' --field=2 --to=si; printf '1K 2\n' | numfmt --from=si --field=1 --padding=6; printf 'x 1\n' | numfmt; echo $?; printf 'x 1\n2\n' | numfmt --invalid=fail; echo $?; printf 'x 1\n2\n' | numfmt --invalid=warn; echo $?; printf '%s\n' 1 22 333 | numfmt --padding=5; printf '%s\n' 1 22 333 | numfmt --padding=-5 | cat -e; printf '  1000\n 20\n' | numfmt --to=si; printf '    5000 x\n' | numfmt --to=si --suffix=B; printf '1000000 a\n' | numfmt --to=si --format='%8.1f'; printf '%s\n' 5K 6M | numfmt --from=si --to=iec; printf '1 2\n' | numfmt --field=5; printf '10' | numfmt --to=si
### formats of all kinds
for f in %f %.1f %10f %-10f %010f %.3f 'a%fb' '%%%f' "%'f" '%5.1f|' '%-8.2f|' '%08.2f' '%d' 'x' '%f%f' '%' '%.f' '% f' '%0f' '%-05f' '%5%f'; do echo "$f"; numfmt --format="$f" 1234.5678; numfmt --format="$f" --to=si 1234567; numfmt --format="$f" --to=iec-i --suffix=B 500; done
