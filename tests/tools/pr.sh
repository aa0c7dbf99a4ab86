### columns and lengths (wrong)
# uutils fills columns with blanks, and pages with them
seq 12 | pr -t -3; seq 6 | pr -t -2 -a; seq 4 | pr -t -n; seq 3 | pr -T -o 3; seq 6 | pr -2 -t -s,; seq 4 > a; pr -mt a a; seq 3 | pr -d -t; seq 3 | pr -t -n:2; seq 6 | pr -3ts' '; seq 10 | pr -l 15 -h X -D D | head -20; printf 'a\tb\n' | pr -t -e4
