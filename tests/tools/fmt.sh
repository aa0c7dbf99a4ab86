### paragraphs
printf 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen\nsixteen\n\nnew para\n' | fmt; printf 'a b c d e f g h i j k l m n\n' | fmt -w 10; printf 'a b c d e f g h i j k l m n\n' | fmt -10
### indents (wrong)
# uutils fills lines further than GNU does
printf '  one two three four\n  five six\n' | fmt -w 14; printf 'one two three four\n  five six\n' | fmt -t -w 14; printf '  a\nb c d e f g\n' | fmt -c -w 8
### split only, uniform, prefix
printf 'a\nb\nc d e f g h\n' | fmt -s -w 6; printf 'a  b.  c\nd\n' | fmt -u; printf '# a\n# b\nc\n' | fmt -p '# '
### sentences (wrong)
# uutils fills lines further than GNU does
printf 'End.\nNext one here.  Third sentence follows and goes on for long enough to need another line.\n' | fmt -w 40
