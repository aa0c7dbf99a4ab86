# The restricted shell.
exec 2>&1 < /dev/null
echo "-- restricted3"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
bash -r -c 'PATH=/x; echo no'; echo $?; bash --restricted -c 'cd /tmp; echo $?; echo ${SHELL:+s}; ENV=x; echo no'; echo $?; bash -r -c '/bin/true; echo $?'; bash -r -c 'unset PATH; echo $?'
)
:
