### encodings
for e in base64 base64url base32 base32hex base16 base2msbf base2lsbf; do printf 'hi?>' | basenc --$e; printf 'hi?>' | basenc --$e | basenc -d --$e; echo; done; printf '12345678' | basenc --z85; echo; basenc </dev/null 2>/dev/null; echo $?
