### at lines and patterns
seq 10 > f; csplit f 4 8; csplit -f y f /3/ '{1}'; csplit -s -f z f %5%; csplit -n3 -b '%02d.t' -f w f 5
### repeats, offsets
printf 'a\nx\nb\nx\nc\n' > f; csplit -f q f /x/ '{*}'; csplit -z -f r f /a/ '{*}'; csplit -f o f /x/+1; csplit -f s --suppress-matched f /x/ '{*}'
### wrong (stderr, wrong)
# uutils says it in other words
seq 3 > f; csplit f 9; echo $?; csplit f /z/; echo $?; ls; csplit -k f /z/; echo $?; csplit f; echo $?
