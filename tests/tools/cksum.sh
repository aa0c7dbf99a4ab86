### crc
printf abc | cksum; printf abc > f; cksum f f; cksum </dev/null; cksum nofile 2>/dev/null; echo $?
### algorithms
printf abc > f; for a in sysv bsd crc md5 sha1 sha224 sha256 sha384 sha512 blake2b sm3; do cksum -a $a f; done; cksum -a md5 --untagged f; cksum -a sha256 f > s; cksum -c s
