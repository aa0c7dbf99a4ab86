### until the output changes (ours)
echo 1 > f; (sleep 0.5; echo 2 > f) & watch -t -g -n 0.1 cat f | uniq; wait

### until the command fails (ours)
watch -t -e -n 0.1 'echo x; exit 3'; echo $?
