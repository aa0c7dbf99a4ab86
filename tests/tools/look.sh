printf 'apple\nApple pie\nbanana\ncherry\n' > l
### finds
look app l; look -f app l; look -t p applepie l; look zzz l
### what is wrong (stderr)
look a nosuch; echo $?
### a row of calls
printf 'aa\nab\nabc\nb\n' > w; look ab w; look -f AB w; look zz w; echo $?; look -t c abcx w; iconv -f latin1 -t utf8 <<< $'\xe9'; iconv -f utf8 -t latin1 <<< é | od -c; iconv -f utf8 -t ascii//TRANSLIT <<< é; iconv -c -f utf8 -t ascii <<< aéb; iconv -f utf8 -t ascii <<< é; echo $?; iconv -f utf8 -t utf16le <<< a | od -c; iconv -f utf8 -t utf-16 <<< a | od -c; iconv -f nosuch -t utf8; echo $?; iconv -l | wc -l | awk '{print ($1>10)}'; printf 'a\r\nb\r\n' > d; dos2unix d; od -c d; unix2dos d; od -c d; envsubst <<< '$HOME ${USER} $NOPE'; envsubst '$HOME' <<< '$HOME $USER'; envsubst -v '$A ${B}'; printf 'ab\n' | colrm 2; printf 'abcd\n' | colrm 2 3
