printf 'apple\nApple pie\nbanana\ncherry\n' > l
### finds
look app l; look -f app l; look -t p applepie l; look zzz l
### what is wrong (stderr)
look a nosuch; echo $?
