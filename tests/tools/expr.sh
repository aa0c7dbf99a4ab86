### arithmetic
expr 1 + 2; expr 7 - 10; expr 3 \* 4; expr 7 / 2; expr -7 / 2; expr 7 % 3; expr \( 1 + 2 \) \* 3
### zero and status
expr 1 - 1; echo $?; expr 0; echo $?; expr ''; echo $?; expr a; echo $?
### comparison
expr 1 \< 2; expr 10 \> 9; expr a \< b; expr a = a; expr 2 != 2; expr 10 = 10.0; expr 1 '>=' 1
### and, or
expr a \| b; expr '' \| b; expr 0 \| 0; expr a \& b; expr a \& ''; expr 0 \& 1
### match
expr abc : 'a.'; expr abc : 'a\(.\)'; expr abc : x; expr abc : '\(x\)'; expr /usr/lib : '.*/\(.*\)'; expr match abcd 'ab*'
### strings
expr length abc; expr substr abcdef 2 3; expr index abcdef dc; expr substr abc 5 1; expr length + length
### wrong (stderr)
expr; echo $?; expr 1 +; echo $?; expr a + 1; echo $?; expr 1 / 0; echo $?; expr 1 2; echo $?; expr \( 1; echo $?
### big numbers
expr 9223372036854775807 + 1; expr 123456789012345678901234567890 \* 2; expr 2 \* -3
### regular expressions
expr aaa : 'a*'; expr 'a+b' : 'a+b'; expr aab : 'a\+b'; expr abab : '\(ab\)*'; expr 'a.b' : 'a\.b'; expr abc : '^abc$'; expr abc : 'b'; expr 123 : '[0-9]*$'; expr abc : 'abc\|x'
### utf-8
expr length 'hé'; expr index 'hé' 'é'; expr substr 'héllo' 2 2
### a row of calls
expr 1 + 2; expr 5 - 7; expr 3 '*' 4; expr 7 / 2; expr 7 % 3; expr abc : 'a\(.\)c'; expr abc : 'ab'; expr length hello; expr substr hello 2 3; expr index hello l; expr a = a; expr a != b; expr 1 \< 2; expr 10 \> 9; expr b \< a; echo $?; expr 0; echo $?; expr ''; echo $?; expr 1 / 0; echo $?; expr a + 1; echo $?; expr 1 +; echo $?; expr \( 1 + 2 \) \* 3; expr 1 \| 0; expr 0 \| 5; expr 1 \& 0; expr match abc 'b*'; expr + length; expr abc : '\(x\)'; echo $?; expr abc : x; echo $?; expr 99999999999999999999 + 1; expr -5 % 3; expr "a" : '.*'; expr héllo : '.*'; expr length héllo; expr 1 = 01; expr 1 = 1.0; expr abab : '\(ab\)*'; expr foo : 'f\|fo\|foo'; expr '' : ''; expr index abc ''; expr substr abc 0 2; expr substr abc 2 100; expr a : '\(.\)\(.\)'; expr x \& y; expr 1 2; echo $?; expr; echo $?; expr aab : 'a*b'; expr aab : 'a\{2\}'; expr 'a.b' : 'a\.b'; expr 3 \<= 3; expr abc \>= abd
### grammar (stderr)
e() { expr "$@"; echo $?; }
e 1 +; e '(' 1 2; e abc : '\('; e +; e length; e substr a; e + match : m; e 1 '|' a b; e -- 1 + 1; e --; e --help x; e ')'; e 1 ')'; e 1 + ')'; e x : y z; e 0 '*' a; e 1 '|' 1 / 0; e 0 '&' 1 / 0
### odd values
e() { expr "$@"; echo $?; }
e 007 + 0; e -0; e 1 = 1 = 1; e a : '\(a\)\(b\)*'; e substr abc a 1; e substr abc 2 -1; e substr abc 2 99999999999999999999999; e ' 1' + 1; e +1 + 1; e 00 '|' 5; e -00 '|' 5; e a '==' a; e $'a\nb' : a.b; e 1 > /dev/full
