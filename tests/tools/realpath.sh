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
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
realpath t/link; realpath -m nosuch/x/../y; realpath -e nosuch; echo $?; realpath --relative-to=t t/d/b.c; realpath --relative-base=t t/d . ; realpath -s t/link; readlink -f t/link; readlink t/a.txt; echo $?; readlink -e t/broken; echo $?; readlink -m a/b; readlink -n t/link; readlink -z t/link | od -c
