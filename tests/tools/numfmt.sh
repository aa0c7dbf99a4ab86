### to and from (wrong)
# uutils has the small k of newer GNU versions
numfmt --to=iec 1024 1500 1048576 0 999; numfmt --to=si 1000 1500 1234567; numfmt --to=iec-i 2048; numfmt --from=iec 1K 1.5M; numfmt --from=si 1K; numfmt --from=auto 1Ki 1K; numfmt --from=iec-i 1Ki
### fields, formats, padding (wrong)
# uutils has the small k of newer GNU versions
printf 'a 1024 x\n' | numfmt --field 2 --to=iec; printf '1:2000\n' | numfmt -d: --field=2 --to=si; numfmt --format='%.2f' --to=iec 1500; numfmt --padding=8 5; numfmt --padding=-8 5 | cat -A; numfmt --suffix=B --to=si 5000; numfmt --grouping 1000; numfmt --format='%10f|' 5; numfmt --header=1 --to=si 2>/dev/null <<< $'h\n1000'
### rounding, units
for r in up down from-zero towards-zero nearest; do numfmt --round=$r --to=iec 1100 -- -1100; done; numfmt --from-unit=1024 4; numfmt --to-unit=1000 5000; numfmt --from-unit=512 --to=iec 4
### wrong (stderr, wrong)
# uutils knows units of newer GNU versions
numfmt x; echo $?; numfmt --to=bad 1; echo $?; numfmt --from=si 1Q; echo $?; numfmt --invalid=ignore x; echo $?; numfmt --invalid=warn x; echo $?
