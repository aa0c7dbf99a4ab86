### numbers
factor 1 2 12 97 1000000007 18446744073709551615 0; echo '6 7' | factor; factor 4294967296 600851475143
### wrong (stderr, wrong)
factor x -1; echo $?; factor 5x; echo $?
