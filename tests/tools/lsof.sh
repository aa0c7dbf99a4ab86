### who has it (ours)
sleep 9 < /dev/null > f & sleep 0.1; [ "$(lsof -t f)" = $! ] && echo lsof; [ "$(fuser f 2>/dev/null | tr -d ' ')" = "$PWD/f:$!" ] && echo fuser; fuser -k f >/dev/null; wait $!; echo $?; lsof f; echo $?; pwdx $$ | cut -d: -f2
