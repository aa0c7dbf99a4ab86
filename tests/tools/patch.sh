f() { seq 30 > a; sed 's/^5$/five/; 20d' a > b; { diff -u --label a --label b a b > ab.u; diff -c --label a --label b a b > ab.c; diff a b > ab.n; printf 'a\nb' > n1; printf 'a\nc' > n2; diff -u --label n1 --label n2 n1 n2 > nn.u; diff n1 n2 > nn.n; }; rm b.tmp 2> /dev/null; }
tree() { mkdir -p t1/s t2/s; seq 10 > t1/s/f; seq 12 > t2/s/f; echo q > t1/gone; echo n > t2/s/new; touch -d @0 z; diff -ruN t1 t2 | sed 's/\t.*//; /gone/{/^+++/s,.*,+++ /dev/null,}; /new/{/^---/s,.*,--- /dev/null,}' > tree.u; rm -r t2 z; }
### every form
f; cp a x; patch x ab.u; cmp x b; cp a x; patch x < ab.c; cmp x b; cp a x; patch x < ab.n; cmp x b
### taken back
f; cp b x; patch -R x < ab.u; cmp x a; cp b x; patch -R x < ab.n; cmp x a; cp b x; patch -R x < ab.c; cmp x a
### already applied
f; cp b x; patch -N x < ab.u; echo $?; cp b y; patch -f y < ab.u; echo $?; cp b z; patch -t z < ab.u; cmp z a
### offset
f; (echo z; echo y; cat a) > x; patch x < ab.u
### fuzz
f; sed s/3/three/ a > x; patch x < ab.u; sed 's/^3$/t/' a > y; patch -F0 y < ab.u; echo $?
### rejects, unified
f; sed 2,8s/[0-9]/x/ a > x; patch x < ab.u; echo $?
### rejects, context
f; sed 2,8s/[0-9]/x/ a > x; patch x < ab.c; echo $?
### rejects, normal
f; sed 2,8s/[0-9]/x/ a > x; patch x < ab.n; echo $?
### rejects elsewhere, quiet
f; sed 2,8s/[0-9]/x/ a > x; patch -r rej x < ab.u; patch -r - x < ab.u; sed 15,25s/[0-9]/x/ a > y; patch -s y < ab.u; echo $?
### dry run, output, backup
f; cp a x; patch --dry-run x < ab.u; cmp a x; patch -o out x < ab.u; cmp out b; rm out; patch -b x < ab.u; cp a y; patch -b -z .bak y < ab.u
### made and removed
f; printf -- '--- /dev/null\n+++ b/newf\n@@ -0,0 +1,2 @@\n+one\n+two\n' > q; patch -p1 < q; patch -p1 < q; echo $?; patch -R -p1 < q; patch -R -p1 < q; echo $?; ls
### not all removed
f; printf -- '--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n' > q; printf 'one\ntwo\nthree\n' > gone; patch -p1 < q; echo $?
### names in the patch
f; patch -p0 < ab.u; echo $?; mkdir -p d/e; seq 30 > d/e/a; patch -d d/e -i ../../ab.u
### names that are not there
f; mkdir d; cd d; patch -p0 < ../ab.u; echo $?; patch -p5 < ../ab.u; echo $?
### trees
tree; patch -d t1 -p1 < tree.u; find . | sort; patch -d t1 -p1 -R < tree.u; find . | sort
### no newline at the end
f; printf 'a\nb' > x; patch x nn.u; od -c x; printf 'a\nb' > x; patch x nn.n; od -c x
### headers of git
f; printf 'diff --git a/a b/y\nsimilarity index 100%%\nrename from a\nrename to y\n' > ren; patch -p1 < ren; printf 'diff --git a/nn b/nn\nnew file mode 100755\nindex 0000..11\n--- /dev/null\n+++ b/nn\n@@ -0,0 +1 @@\n+hi\n' > nf; patch -p1 < nf; ls
### blanks
f; sed 's/$/ /' a > x; patch -l x < ab.u; cat -A x | head -6
### several hunks, at the ends
f; printf -- '--- a\n+++ a\n@@ -1,3 +1,4 @@\n+x\n 1\n 2\n 3\n@@ -28,3 +29,4 @@\n 28\n 29\n 30\n+y\n' | patch; head -2 a; tail -2 a
### normal commands
f; printf '1d0\n< 1\n5a6\n> new\n8,9c8\n< 8\n< 9\n---\n> x\n' | patch a; head -9 a
### what is wrong (stderr)
f; cp a x; patch x < /dev/null; echo $?; echo garbage | patch x; echo $?; patch -i nosuch; echo $?
### out of the directory
f; mkdir d; cd d; printf -- '--- ../a\n+++ ../a\n@@ -1 +1 @@\n-1\n+x\n' | patch -p0; echo $?
