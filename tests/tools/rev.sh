### lines
printf 'abc\nde\n' | rev; printf abc | rev; rev </dev/null; printf 'h\303\251\n' | rev; echo x > f; rev f f
### missing (stderr)
rev nofile; echo $?

### letters, files
printf 'abc\n\nxy z' | rev; printf 'äöü\n' | rev; rev nosuch 2>/dev/null; echo $?; printf '1 2\n' > f; rev f f
