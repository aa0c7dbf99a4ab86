### ranges
echo 'Hello World' | tr a-z A-Z; echo hello | tr a-y b-z
### classes
echo 'Hello 1 2' | tr '[:lower:]' '[:upper:]'; echo 'Ab9 _-' | tr -d '[:alnum:]'; echo 'a1b2' | tr -cd '[:digit:]\n'
### delete
echo hello | tr -d l
### squeeze
echo 'aabbcc  dd' | tr -s 'a-c '; echo 'a   b' | tr -s '[:space:]'
### squeeze after translating
echo 'aaXXbb' | tr -s 'aX' 'zz'
### delete and squeeze
echo 'aabbccdd' | tr -ds 'a' 'c'
### complement
printf 'ab1\n' | tr -c 'a-z\n' '?'; printf 'one two\n' | tr -cs 'a-z' '\n'
### truncate the first set
echo abcd | tr -t abcd xy
### the second set is lengthened by its last
echo abcd | tr abcd xy
### repetition
echo abcde | tr 'abcde' '[x*3]yz'; echo abcde | tr 'a-e' 'x[y*]z'
### escapes
printf 'a\tb\\c\n' | tr '\t\\' ' /'; printf 'a b' | tr ' ' '\n'; printf 'abc' | tr 'b' '\000' | od -c; printf 'a\n' | tr 'a' '\x' 2>/dev/null
### octal
printf 'abc\n' | tr '\141-\143' 'x-z'
### equivalence
echo abc | tr '[=b=]' X
### empty input
tr a b </dev/null
### bytes
printf '\377\200a' | tr '\200-\377' 'x' ; printf 'h\303\251' | tr -d '\303' | od -An -tx1
### newlines
printf 'a\nb\n' | tr '\n' ' '; printf 'a\r\nb\r\n' | tr -d '\r'
### no operand (stderr)
tr; echo $?
### one operand too few (stderr)
echo a | tr a; echo $?
### one operand too many (stderr)
echo a | tr -d a b; echo $?; echo a | tr a b c; echo $?
### range in the wrong order (stderr)
echo a | tr z-a x; echo $?
### class in the second set (stderr, wrong)
# uutils says it in other words
echo a | tr a '[:digit:]'; echo $?
### rot13
echo 'Hello' | tr 'A-Za-z' 'N-ZA-Mn-za-m'
### dash at an end
echo 'a-b' | tr 'a-' 'x_'; echo 'a-b' | tr -- '-a' '_y'
### brackets that are no class
echo '[a]' | tr '[a]' '(b)'
### control and punctuation
printf 'a\001b,c.\n' | tr -d '[:cntrl:][:punct:]'
### squeeze newlines
printf 'a\n\n\nb\n' | tr -s '\n'
### complement with classes
echo 'abc123' | tr -dc '[:alpha:]'; echo; echo 'x y' | tr -C 'a-z' '_'; echo
### second set empty (stderr)
echo a | tr a ''; echo $?
### upper and lower both ways
echo 'aB' | tr '[:upper:][:lower:]' '[:lower:][:upper:]'
### a row of calls
printf 'hello\n' | tr a-z A-Z; printf 'hello\n' | tr -d l; printf 'aabbcc\n' | tr -s ab; printf 'hello\n' | tr -c a-z '\n'; printf 'hello 123\n' | tr -cd '[:digit:]'; printf 'hello\n' | tr '[:lower:]' '[:upper:]'; printf 'abc\n' | tr abc x; printf 'abc\n' | tr -t abc x; printf 'a\tb\n' | tr '\t' ' '; printf 'abc\n' | tr '\141' X; printf 'a-b\n' | tr -- - _; printf 'abc\n' | tr 'a-c' '[x*]'; printf 'abc\n' | tr a-c '[x*2]y'; printf 'a\\b\n' | tr '\\' /; printf 'a\0b' | tr '\0' x; printf 'héllo\n' | tr é e; printf 'aab\n' | tr -ds a b; printf 'a  b\n' | tr -s '[:space:]'; printf 'hello\n' | tr -s l x; printf 'abc\n' | tr '[=a=]' x; tr a; echo $?; tr z-a x; echo $?; printf 'x\n' | tr -d '[:foo:]'; echo $?; printf 'abc123\n' | tr '[:alpha:]' x; printf 'ABC\n' | tr '[:upper:]' '[:lower:]'; printf 'abc\n' | tr -d; echo $?; printf 'a.b\n' | tr . '\n'; printf 'a\377b' | tr '\377' x; printf 'abc' | tr -C ab z; printf 'x\n' | tr '' a; echo $?; printf 'a]b\n' | tr '[]' '()'
