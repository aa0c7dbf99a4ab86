### lines
printf 'abc\nde\n' | rev; printf abc | rev; rev </dev/null; printf 'h\303\251\n' | rev; echo x > f; rev f f
### missing (stderr)
rev nofile; echo $?
