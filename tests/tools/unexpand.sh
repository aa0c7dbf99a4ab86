### blanks
printf '        a       b\n' | unexpand | od -c; printf '        a       b\n' | unexpand -a | od -c; printf '    a   b\n' | unexpand -t4 | od -c; printf '        a        b\n' | unexpand --first-only | od -c; printf '  \ta\n' | unexpand | od -c; printf 'a       b  c\n' | unexpand -a | od -c
