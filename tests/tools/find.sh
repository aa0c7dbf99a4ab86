tree() { mkdir -p a/b/c d; echo 1 > a/f.txt; echo 22 > a/b/g.c; : > a/b/c/empty; ln -s ../a/f.txt d/link; touch -d 2001-01-01 a/f.txt; chmod 755 a/b/g.c; }
### everything
tree; find | sort; find . a/f.txt -maxdepth 0
### names
tree; find . -name '*.c'; find . -iname 'F*' | sort; find . -path './a/b*' | sort; find . -name 'e*' -o -name '*.txt' | sort
### types
tree; find . -type f | sort; find . -type d | sort; find . -type l; find . -type f,l | sort
### sizes
tree; find . -type f -size 0; find . -type f -size -2c | sort; find . -type f -size +2c; find . -empty; find . -type f -size 1 | sort
### times
tree; find . -type f -mtime +100; find . -type f -newer a/f.txt | sort; find . -newermt 2001-06-01 -type f | sort; find . -type f -mmin -5 | sort
### modes
tree; find . -type f -perm 755; find . -type f -perm -100; find . -type f -perm /111; find . -type f -perm u=rw,go=r | sort
### depth
tree; find . -maxdepth 1 | sort; find . -mindepth 2 -maxdepth 2 | sort; find a -depth
### not, and, or, brackets (wrong)
tree; find . ! -type d | sort; find . -type f \( -name '*.c' -o -name '*.txt' \) | sort; find . -type f -a -not -name '*.c' | sort; find . -type d -name a , -name b
### prune
tree; find . -name b -prune -o -type f -print | sort
### exec
tree; find . -name '*.c' -exec echo {} \;; find . -type f -exec echo {} + | wc -l; find . -name '*.c' -exec false \; -print; find a -name f.txt -execdir echo {} \;
### exec's status
tree; find . -name '*.c' -exec false {} +; echo $?; find . -name '*.c' -exec false \;; echo $?
### delete
tree; find a -name '*.c' -delete; find d -delete; ls; ls a/b
### printf
tree; find a -type f -printf '%p %f %h %s %d %P %y %m\n' | sort; find d -type l -printf '%l %y\n'; find a/f.txt -printf '%TY-%Tm-%Td %t\n%%\t\\\n'
### print0 and quit
tree; find a -type f -print0 | sort -z | tr '\0' '\n'; find . -type f -quit; find a -print -quit
### regex
tree; find . -regex '.*/[fg]\..*' | sort; find . -regextype posix-extended -regex '.*\.(c|txt)' | sort; find . -iregex '.*EMPTY'
### links
tree; find d -type f; find -L d -type f; find d -lname '*f.txt'; find -H d -xtype f
### missing (stderr)
find nodir; echo $?
### wrong expression (stderr)
find . -nope; echo $?; find . -name; echo $?; find . -type q; echo $?
### ls
tree; find a -name f.txt -ls | awk '{print $3, $NF}'
### samefile, links, user
tree; ln a/f.txt h; find . -samefile h | sort; find . -links 2 -type f | sort; find . -user $(id -u) -type f | wc -l
### executable, readable
tree; find . -type f -executable; find . -type f -readable | wc -l
### fprint
tree; find a -name '*.c' -fprint out; cat out
