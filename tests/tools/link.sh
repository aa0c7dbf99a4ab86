### one
echo a > f; link f g; [ f -ef g ] && echo same; link f g 2>/dev/null; echo $?; link f 2>/dev/null; echo $?
