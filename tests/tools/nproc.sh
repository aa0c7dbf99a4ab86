### a number
nproc | grep -c '^[1-9][0-9]*$'; nproc --ignore=1000; nproc --all | grep -c '^[1-9]'; OMP_NUM_THREADS=1 nproc; nproc x 2>/dev/null; echo $?
