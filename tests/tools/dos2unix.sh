f() { printf 'a\r\nb\r\n\r' > d; printf 'a\nb\n' > u; printf 'a\0\r\n' > bin; }
### files (stderr)
f; dos2unix d; unix2dos -n u new; dos2unix bin; dos2unix -f bin; dos2unix -q new
### filters
printf 'a\nb\r\n' | unix2dos; printf 'ab\rc\r\n' | dos2unix; printf '\xef\xbb\xbfa\r\n' | dos2unix; printf '\xef\xbb\xbfa\n' | unix2dos
### modes
f; dos2unix -q -c mac d; f; dos2unix -q -l d; unix2dos -q -l u; dos2unix -i d u
### UTF-16 (stderr)
printf '\xff\xfea\0\r\0\n\0' > w; dos2unix w
### what is wrong (stderr)
mkdir sub; dos2unix sub; echo $?; dos2unix nosuch; echo $?
