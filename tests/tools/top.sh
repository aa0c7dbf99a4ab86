### a picture (ours)
top -b -n1 | awk 'NR==1{print $1} NR==2{print $1} NR==7{print} NR>7 && $NF=="bash"{print $NF}'; top -n1; echo $?; w -h; top -b -n 2 -d 0.01 | grep -c '^top'
