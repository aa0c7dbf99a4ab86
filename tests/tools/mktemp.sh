### a file of that shape
f=$(mktemp ./fXXXXXX); [ -f "$f" ] && stat -c '%a %s' "$f"; echo ${#f}; rm "$f"
### a directory
d=$(mktemp -d dXXX); [ -d "$d" ] && stat -c %a "$d"; rmdir "$d"
### dry run
f=$(mktemp -u xXXXX); ls; echo ${#f}
### suffix and place
f=$(mktemp --suffix=.txt aXXX); case $f in a???.txt) echo ok;; esac; rm $f; f=$(mktemp -p . bXXX); case $f in ./b???) echo ok;; esac; rm $f; f=$(TMPDIR=. mktemp -t cXXX); case $f in ./c???) echo ok;; esac; rm $f; f=$(mktemp XXXa.b); case $f in ???a.b) echo ok;; *) echo $f; esac; rm -f $f
### default
f=$(mktemp); case $f in /tmp/tmp.??????????) echo ok;; esac; rm $f
### wrong (stderr)
mktemp aX; echo $?; mktemp a b; echo $?; mktemp nodir/XXX 2>&1 | sed "s/.nodir[^:]*/N/"
### quiet
mktemp -q nodir/XXX; echo $?
