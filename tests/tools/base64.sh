### there and back
printf 'hello world' | base64; printf aGVsbG8= | base64 -d; seq 100 | base64 | head -2; seq 100 | base64 -w0 | wc -c; seq 100 | base64 -w 20 | head -2; printf '\377\0' | base64; base64 </dev/null
### decoding with rubbish (stderr)
printf 'aGV$sbG8=' | base64 -d; echo $?; printf 'aGV$sbG8=' | base64 -di; echo; printf 'aGVsb' | base64 -d; echo $?; printf 'aGVs\nbG8=\n' | base64 -d; echo; seq 100 | base64 | base64 -d | cksum
### missing (stderr)
base64 nofile; echo $?; base64 -w x </dev/null; echo $?; base64 a b; echo $?
### unpadded, wrapped, empty
base64 -d <<< aGVsbG8; echo $?; base64 -w 4 <<< hello; base64 -w0 <<< hello; echo; base64 -di <<< 'aGVs*bG8K'; base64 < /dev/null; base64 -d < /dev/null; base64 nofile; echo $?; base64 -w x; echo $?; head -c 1000 /dev/zero | base64 | cksum; printf 'aGk=aGk=' | base64 -d; base32 <<< hello; base32 -d <<< NBSWY3DPBI======
