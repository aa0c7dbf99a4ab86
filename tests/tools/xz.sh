### lists
printf 'a\nb\nc\n' > m; seq 20 > s0
xz -k s0 m; xz -l s0.xz m.xz | sed 's/  *$//'; xz -l m.xz; xz --robot -l m.xz s0.xz; xz -l m; echo $?; xz -l; echo $?; cat m.xz s0.xz > t.xz; xz -l t.xz; xz -C crc32 -c m > u.xz; xz -l u.xz; printf '' | xz -c > v.xz; xz -l v.xz; rm *.xz
