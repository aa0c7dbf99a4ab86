### text
printf 'hello\n' > ascii; printf 'héllo\n' > utf8; printf 'h\xe9llo\n' > latin; printf 'a\r\nb\r\n' > crlf; printf 'a\r\nb\n' > mixed; printf 'abc' > noeol; printf 'a\rb\r' > cr; : > empty; printf '%0400d\n' 0 > long; printf 'a\033[1mb\n' > esc; printf '\xef\xbb\xbfbom\n' > bom; printf '\xff\xfea\0\n\0' > u16; printf '\0\1\2\3' > bin; file *; file -i *
### scripts
for i in /bin/sh /bin/bash '/usr/bin/env python3' /usr/bin/perl '/usr/bin/env node' '/usr/bin/awk -f' '/usr/bin/env -S deno run' '/opt/foo/bar -x' '/usr/bin/env ruby' ' /bin/sh'; do printf '#!%s\n' "$i" > s; file -b s; file -bi s; done
### languages
printf '{"a": [1,2]}\n' > json; printf '{"a":1}\n{"b":2}\n' > nd.json; printf '<?xml version="1.0"?>\n<a/>\n' > xml; printf '<!DOCTYPE html>\n<html></html>\n' > html; printf '#include <stdio.h>\nint main(){return 0;}\n' > c.c; printf 'import os\ndef f(x):\n    return 1\n' > p.py; printf 'diff --git a/x b/x\n--- a\n+++ b\n@@ -1 +1 @@\n' > d; printf 'a,b,c\n1,2,3\n4,5,6\n' > x.csv; printf -- '-----BEGIN CERTIFICATE-----\n' > cert; printf 'MAKE=1\nall:\n\techo\n' > Makefile; printf '<svg xmlns="x"></svg>' > svg; file *; file --mime-type *
### binary
printf '\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x04\x08\x06\0\0\0aaaa' > png; printf 'GIF89a\x03\0\x04\0\0\0\0;' > gif; printf '\0asm\1\0\0\0' > wasm; printf '%%PDF-1.4\n1 0 obj\n<</Type/Pages/Count 2>>\n' > pdf; echo x | gzip -n > gz; echo x | bzip2 > bz2; printf '!<arch>\n' > ar; printf 'RIFF\x24\0\0\0WEBPVP8 0000' > webp; file *; file -i *; rm bz2 gz
### links, directories, and what is not there
mkdir d; ln -s d l; ln -s nowhere n; echo x > f; file d l n; file -L l; file nosuch; echo $?; file -E nosuch; echo $?; file - < f; file -b f; file -N f d; file -F = f
