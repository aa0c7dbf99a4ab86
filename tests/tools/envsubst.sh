### references
A=1 B=x envsubst <<< 'a $A ${B} ${B:-x} $$A $ ${} $C. $1 ${A'; A=1 B=2 envsubst '$A' <<< '$A $B'; A='a b' envsubst < /dev/null; printf 'no end $A' | A=é envsubst
### variables, and what is wrong (stderr)
envsubst -v 'a $A ${B} $A'; envsubst a b; echo $?
