### short options
getopt ab:c:: -a -b x -cy -c z op -- -q
getopt -o ab:c:: -- -ab 'x y' -cy op1 -a "it's" -- -b
getopt -o +a -- x -a; getopt -o -a -- x -a y

### long options
getopt -o a -l one,two:,three:: -- --one --two=2 --two 3 --three --three=x --tw 5 -a z
getopt -a -o x -l alpha,x-ray: -- -alpha -x -x-ray y --alpha

### in a script
set -- -v --file 'a b' rest more
parsed=$(getopt -o vf: --long verbose,file: -n script -- "$@") || exit
eval set -- "$parsed"
while :; do case $1 in -v) echo verbose; shift;; -f|--file) echo "file [$2]"; shift 2;; --) shift; break;; esac; done
echo "rest: $*"

### quoting
getopt -u -o a: -- -a 'x y'; getopt -s csh -o a: -- -a 'x!y'; getopt -Q -o a -- -a; getopt -T; echo $?

### mistakes (stderr)
getopt -n prog -o a: -l long,lone,arg: -- -x; echo $?
getopt -n prog -o a: -l long,lone,arg: -- -a; getopt -n prog -o a -l long,lone,arg: -- --lo; getopt -n prog -o a -l long,arg: -- --long=1
getopt -n prog -o a -l arg: -- --arg; getopt -n prog -o a -l arg: -- --none; getopt -q -o a -- -x; echo $?; getopt -o a -- -x -a y
