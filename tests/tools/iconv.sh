### encodings
printf 'h\xe9llo' | iconv -f latin1 -t utf-8; printf 'ab' | iconv -t utf-16 | od -tx1; printf 'ab' | iconv -t utf-32 | od -tx1; printf 'ab' | iconv -t utf-16be | od -tx1; printf '\xff\xfea\0' | iconv -f utf-16 -t utf-8; printf '\0a' | iconv -f ucs-2be -t utf-8; printf '\x93x\x94' | iconv -f cp1252 -t utf-8; printf 'ЖЯ' | iconv -t koi8-r | od -tx1
### east asian
for i in shift_jis euc-jp iso-2022-jp gb18030 big5; do printf '日本a' | iconv -t $i | od -tx1; printf '日本a' | iconv -t $i | iconv -f $i; echo; done
### what cannot be converted (stderr)
printf 'héllo€' | iconv -f utf-8 -t latin1; echo $?; printf 'a\xffb' | iconv -f utf-8 -t utf-16le; echo $?; printf 'a\xe2\x82' | iconv -f utf-8 -t latin1; echo $?; printf 'a\0b' | iconv -f utf-16le; echo $?; printf '\x80' | iconv -f ascii -t utf-8; echo $?; iconv nosuch; echo $?
### left out, written otherwise
printf 'héllo' | iconv -f utf-8 -t ascii -c; echo $?; printf 'a\xffb' | iconv -c -f utf-8 -t utf-8; echo $?; printf 'héllo€“x”—ß中' | iconv -f utf-8 -t ascii//TRANSLIT
### files, large ones
printf 'h\xe9' > l; printf 'x' > x; iconv -f latin1 l x -o o; yes 'héé' | head -c 200001 | iconv -t latin1 | md5sum; seq 20000 | iconv -t utf-16 | iconv -f utf-16 | md5sum; rm o; iconv -f latin1 l -o p
