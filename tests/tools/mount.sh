### lists (ours)
mount -t proc,overlay,host | cut -d' ' -f2-5; mount x /y; echo $?; umount /tmp; echo $?; mountpoint /proc; mountpoint /etc; echo $?; mountpoint -q /; echo $?; mountpoint /nodir; echo $?
