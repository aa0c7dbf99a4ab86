### names
mkdir -p d/e; ln -s d l; touch d/f; realpath d/../d/f l/f .; realpath -s l/f; realpath -L l/../d; realpath no; realpath -e no 2>/dev/null; echo $?
### missing (stderr)
realpath no/no; echo $?; realpath -m no/no; realpath -q no/no; echo $?
### relative
mkdir -p d/e; touch d/f; realpath --relative-to=d/e d/f; realpath --relative-base=. d/f /usr; realpath --relative-to=d/e d; realpath --relative-to=/a/b /
### zero
realpath -z . . | tr '\0' '!'
### no operand (stderr)
realpath; echo $?
