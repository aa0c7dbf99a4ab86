### there and back
printf 'hello world' | base64; printf aGVsbG8= | base64 -d; seq 100 | base64 | head -2; seq 100 | base64 -w0 | wc -c; seq 100 | base64 -w 20 | head -2; printf '\377\0' | base64; base64 </dev/null
### decoding with rubbish (stderr, wrong)
printf 'aGV$sbG8=' | base64 -d; echo $?; printf 'aGV$sbG8=' | base64 -di; echo; printf 'aGVsb' | base64 -d; echo $?; printf 'aGVs\nbG8=\n' | base64 -d; echo; seq 100 | base64 | base64 -d | cksum
### missing (stderr)
base64 nofile; echo $?; base64 -w x </dev/null; echo $?; base64 a b; echo $?
