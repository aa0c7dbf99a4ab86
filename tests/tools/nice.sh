### runs (wrong)
# every process of a sandbox has one priority
nice; nice -n 5 echo a; nice -5 echo b; nice --adjustment=3 nice; nice nosuch 2>/dev/null; echo $?; nice -n x true 2>/dev/null; echo $?; nice -n 19 nice -n 19 nice
