# hash, type, command, enable, alias, getopts.
exec 2>&1 < /dev/null
echo "-- cdslash"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
cd /; cd usr; echo $PWD; cd ..; cd ./usr/../tmp; pwd; cd //; pwd; cd //usr; pwd; cd ///tmp; pwd; cd /; cd -; pushd /; pushd usr >/dev/null; pwd
)
echo "-- bashcmd"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
echo $BASH_COMMAND; f() { echo "$BASH_COMMAND"; }; f a b; x=$BASH_COMMAND; echo $x
)
:
set -- 2 3; source /dev/stdin x y <<< 'shift; echo $1'; echo $1; source /dev/stdin x y <<< 'set -- z'; echo $1; while (( $# )); do shift; done; echo $#
