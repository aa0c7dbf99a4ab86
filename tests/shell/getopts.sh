# Options of a script and of functions.
parse() {
  local OPTIND=1 opt
  while getopts "$@"; do :; done
}
show() { local OPTIND OPTARG opt; while getopts 'ab:c' opt "$@"; do echo "$opt:${OPTARG-}:$OPTIND"; done; shift $((OPTIND - 1)); echo "rest: $*"; }
show -a -b val -c x y; show -abval z; show -ca -- -b; show -b; show plain -a; show -x; show
silent() { local OPTIND=1 o; while getopts ':f:v' o "$@"; do case $o in f) echo "file $OPTARG";; v) echo verbose;; :) echo "needs $OPTARG";; \?) echo "unknown $OPTARG";; esac; done; echo "$OPTIND"; }
silent -v -f name -q; silent -f; silent -vf name -- more
set -- -a -b one two; while getopts ab: o; do echo "$o ${OPTARG-none}"; done; echo "$OPTIND $o"; shift $((OPTIND - 1)); echo "$@"
OPTIND=1; getopts a o -a; echo "$? $o"; getopts a o -a; echo "$? $o"; OPTIND=1; getopts a: o -a 2>/dev/null; echo "$? $o [${OPTARG-unset}]"
OPTIND=1 OPTERR=0; getopts a o -z; echo "$? $o [${OPTARG-unset}]"
