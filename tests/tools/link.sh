### one
echo a > f; link f g; [ f -ef g ] && echo same; link f g 2>/dev/null; echo $?; link f 2>/dev/null; echo $?

### wrong
link; echo $?; touch a; link a a 2>/dev/null; echo $?; link nosuch b 2>/dev/null; echo $?; link a b c 2>/dev/null; echo $?
