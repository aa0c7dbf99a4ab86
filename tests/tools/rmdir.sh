### empty ones
mkdir a b; rmdir a b
### not empty (stderr)
mkdir a; touch a/f; rmdir a; echo $?
### not empty, ignored
mkdir a; touch a/f; rmdir --ignore-fail-on-non-empty a; echo $?
### parents
mkdir -p a/b/c; rmdir -p a/b/c; ls
### missing (stderr)
rmdir nodir; echo $?
### a file (stderr)
touch f; rmdir f; echo $?
### verbose
mkdir -p a/b; rmdir -pv a/b
### no operand (stderr)
rmdir; echo $?
### a link (stderr)
mkdir d; ln -s d l; rmdir l; echo $?
