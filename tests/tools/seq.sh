### one, two, three operands
seq 3; seq 2 4; seq 1 2 6; seq 5 -2 1; seq 3 1; echo none
### fractions
seq 0 0.25 1; seq 1.0 3; seq 0.1 0.1 0.5; seq 1e1 | tail -1; seq .5 2
### separator and equal width
seq -s, 3; seq -w 8 11; seq -w 1 0.5 2; seq -w -1 1; seq -s '' 3
### formats
seq -f '%03g' 3; seq -f 'x%.2fy' 1 0.5 2; seq -f '%e' 2; seq -f '%%%g' 2; seq -f '%5.1f|' 2; seq -f '%a' 1
### negative
seq -3 -1; seq -1 -1 -3; seq -- -2 0
### wrong (stderr, wrong)
# uutils says it in other words
seq; echo $?; seq x; echo $?; seq 1 0 3; echo $?; seq -f '%d' 3; echo $?; seq -f 'x' 3; echo $?; seq 1 2 3 4; echo $?
### large
seq 999999 1000001; seq 1 1000000 3000001; seq 18446744073709551615 18446744073709551616; seq 1e20 1e20
### long
seq 100000 | cksum; seq 1 3 100000 | tail -1; seq 0 0.001 1 | cksum
### hex
seq 0x10 0x12
### infinite is cut
seq inf | head -3; seq 1 inf | head -2
### a row of calls
seq 3; seq 2 5; seq 1 2 7; seq 5 -2 1; seq -s, 3; seq -w 8 10; seq -f '%03g' 3; seq 0.5 0.5 2; seq 1 0; echo $?; seq -f 'a%.2fb' 2; seq 1e1; seq -w 0.5 0.5 1.5; seq 1.0 2; seq -5 -3; seq 3 1; seq x; echo $?; seq -s '' 3; seq -f '%e' 1 2; seq 9999999 10000001; seq 1 .1 1.3; seq -f %x 3; echo $?; seq 0x10 0x12; seq -t x; echo $?; seq 1 1 1; seq 1 0 2 | head -2; seq 100000000000000000000 100000000000000000002; seq -s: 1 3 10; seq -f '%5.1f|' 1 2; seq -f '%%%g' 2; seq inf | head -1; seq ; echo $?
