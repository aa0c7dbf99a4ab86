m() { stat -c %a "$@"; }
### octal
touch f; chmod 600 f; m f; chmod 0755 f; m f; chmod 4711 f; m f; chmod 7 f; m f; chmod 644 f
### symbolic
touch f; chmod 644 f; chmod u+x f; m f; chmod go-r f; m f; chmod a=r f; m f; chmod u=rwx,g=rx,o= f; m f; chmod +x f; m f; chmod =r f; m f
### copies
touch f; chmod 640 f; chmod o=g f; m f; chmod g=u f; m f; chmod u+w,g-w,o=u-w f; m f
### X
mkdir d; touch d/f d/x; chmod 700 d/x; chmod 600 d/f; chmod -R a+X d; m d d/f d/x
### umask counts without who
touch f; chmod 600 f; umask 027; chmod +rw f; m f; chmod a+w f; m f
### special bits
mkdir d; chmod u+s,g+s,+t d; m d; chmod 755 d; m d; chmod 0755 d; m d; chmod 00755 d; m d; chmod g-s d; m d
### reference
touch f g; chmod 604 f; chmod --reference=f g; m g
### verbose
touch f; chmod 644 f; chmod -v 600 f; chmod -v 600 f; chmod -c 600 f; chmod -c 644 f
### missing (stderr)
chmod 600 nofile; echo $?; chmod -f 600 nofile; echo $?
### wrong mode (stderr)
touch f; chmod u+z f; echo $?; chmod 888 f; echo $?
### operands (stderr)
chmod; echo $?; chmod 600; echo $?
### recursive
mkdir -p d/e; touch d/e/f; chmod -R 700 d; m d d/e d/e/f
### minus first
touch f; chmod 755 f; chmod -x f; m f; chmod -- -r f; m f; chmod 644 f
### links
touch f; ln -s f l; chmod 600 l; m f; ln -s nowhere n; chmod 600 n 2>/dev/null; echo $?
### silent changes
touch f g; chmod 600 f g; m f g
### in a tree of files, 1
mkdir -p t/d/e t/.h; printf hello > t/a.txt; printf '' > t/empty; printf 'x\n' > t/d/b.c; printf 'y\n' > t/d/e/c.txt; ln -s a.txt t/link; ln -s nosuch t/broken; chmod 750 t/d; chmod 755 t/d/b.c; touch -d '2020-01-02 03:04:05' t/a.txt; touch -d '2021-05-06' t/d/b.c; touch -d '2019-01-01' t/empty t/d/e/c.txt
chmod u+x,g-w t/a.txt; stat -c %a t/a.txt; chmod a=r t/a.txt; stat -c %a t/a.txt; chmod +X t/d t/a.txt; stat -c %a t/d t/a.txt; chmod -v 644 t/a.txt; chmod -c 644 t/a.txt; chmod --reference=t/d t/a.txt; stat -c %a t/a.txt; chmod -R go= t; find t -type f -printf '%m\n' | sort -u; chmod g=u t/a.txt; stat -c %a t/a.txt; chmod 1777 t; stat -c %A t; chmod u+s t/a.txt; stat -c %A t/a.txt; chmod zzz t; echo $?
### what the umask keeps (stderr)
umask 077; touch q; chmod 666 q; chmod -w q; echo $?; stat -c %a q; umask 022; chmod 666 q; chmod -w q; echo $?; stat -c %a q
