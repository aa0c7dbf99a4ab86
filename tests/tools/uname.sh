### some
uname; uname -s; uname -o; uname -so; uname -a | wc -l; uname x 2>/dev/null; echo $?; uname -z 2>/dev/null; echo $?
