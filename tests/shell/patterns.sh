# Globs, extended globs, case, [[ ]] and the pattern expansions.
cd "$(mktemp -d)" || exit
mkdir -p d/e .hid; touch a.c b.c b.h 'sp ace' d/x.c d/e/y.c .dot
echo *; echo *.c ?.h [!a].c [[:alpha:]].[ch]; echo .d* */*.c; echo no*match; echo "*.c" \*.c 'a'*
shopt -s nullglob; echo no*match end; shopt -u nullglob; shopt -s dotglob; echo *d*; shopt -u dotglob
shopt -s globstar; echo **/*.c; echo **/; shopt -u globstar; (shopt -s failglob; echo no*match; echo x) 2>/dev/null; echo $?
shopt -s extglob
echo !(*.c|d) +([ab]).@(c|h) ?(a).c
shopt -u extglob; set -f; echo *.c; set +f; GLOBIGNORE='b*'; echo *; unset GLOBIGNORE
p=/usr/local/lib/file.tar.gz; echo "${p##*/} ${p%/*} ${p#*/} ${p%%.*} ${p%.gz} ${p/lib/LIB} ${p//l/L} ${p/#\/usr/U} ${p/%gz/Z} ${p//\//:}"
s='a*b?c'; echo "${s/'*'/-} ${s//[*?]/-} ${s/\*/+} ${s#a'*'} ${s//?/.}"; t=*; echo "${s/$t/all} ${s/"$t"/star}"
for w in foo foobar bar 'a b' '' '*' 42 -x; do
  case $w in foo) echo 1;; foo*) echo 2;; [[:digit:]]*) echo 3;; 'a b') echo 4;; '') echo 5;; \*) echo 6;; -?) echo 7;; *) echo 8;; esac
done
case abc in a*) echo fall;& zzz) echo through;;& *c) echo again;; *) echo never;; esac
[[ foobar == foo* ]] && echo y; [[ foobar == "foo*" ]] || echo n; [[ ab == @(a|b)+(b) ]] && echo ext
[[ 2024-05-06 =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && echo "${BASH_REMATCH[@]:1}"; re='a|b'; [[ xb =~ $re ]] && echo "${BASH_REMATCH[0]}"
[[ 'a.b' =~ a\.b ]] && echo dot; [[ axb =~ "a.b" ]] || echo literal; [[ b > a && ! -e nope || x == y ]] && echo logic
shopt -s nocasematch; [[ FOO == foo ]] && echo nocase; case FOO in foo) echo folded;; esac; shopt -u nocasematch
u=héllo; echo "${#u} ${u:1:1} ${u^^} ${u/[é]/e} ${u%%l*}"; echo {a,b}{1..3} {05..8} {a..e..2} x{,y} {z} a{b,c{d,e}}f "{q,r}"
