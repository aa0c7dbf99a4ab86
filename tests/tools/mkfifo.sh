### pipes
cd "$(mktemp -d)"; mkfifo p; (echo a > p &); cat p; [ -p p ] && echo fifo; mkfifo p 2>/dev/null; echo $?; mkfifo -m 600 q; stat -c %a q; rm p q; mkfifo 2>/dev/null; echo $?
