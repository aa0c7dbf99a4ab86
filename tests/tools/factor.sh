### numbers
factor 1 2 12 97 1000000007 18446744073709551615 0; echo '6 7' | factor; factor 4294967296 600851475143
### wrong (stderr, wrong)
# uutils says it in other words
factor x -1; echo $?; factor 5x; echo $?
### a row of calls
factor 12 17 1 0 100; echo 35 | factor; factor 18446744073709551557; factor x; echo $?; factor 340282366920938463463374607431768211455
