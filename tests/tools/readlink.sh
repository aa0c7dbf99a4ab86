### a link
ln -s target l; readlink l; readlink -n l; echo; touch f; readlink f; echo $?; readlink nofile; echo $?
### canonical
mkdir -p d/e; ln -s d/e l; touch d/e/f; readlink -f l/f; readlink -f l/no; readlink -f no/no; echo $?; readlink -e l/no; echo $?; readlink -m no/no/../x; readlink -f .
### several
ln -s a x; ln -s b y; readlink x y; readlink -z x | od -c
### wrong (stderr)
readlink; echo $?; touch f; readlink -v f; echo $?
### loop (stderr)
ln -s b a; ln -s a b; readlink -f a; echo $?; readlink -vf a; echo $?
