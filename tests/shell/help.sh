# help finds topics, and lists them.
exec 2>&1 < /dev/null
echo "-- helpstat"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
help echo nosuch > /dev/null; echo $?; help nosuch; echo $?; help -s if while '{'; help -d for; help -s ':' 'r*'; help
)
:
