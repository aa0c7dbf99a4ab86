### pipes
cd "$(mktemp -d)"; mkfifo p; (echo a > p &); cat p; [ -p p ] && echo fifo; mkfifo p 2>/dev/null; echo $?; mkfifo -m 600 q; stat -c %a q; rm p q; mkfifo 2>/dev/null; echo $?

### modes
cd "$(mktemp -d)"; mkfifo -m 600 a; mkfifo --mode=u=rw,go= b; stat -c '%a %F' a b; mkfifo a 2>/dev/null; echo $?; umask 077; mkfifo c d; stat -c %a c d; mkfifo 2>/dev/null; echo $?; rm a b c d
