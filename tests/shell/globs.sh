# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# glob-edge'; part <<'END OF PART'
mkdir d; touch a.txt b.txt c.md d/x.txt '.h' 'sp ace' '[br]'; echo *.txt; echo ?.md; echo [ab].txt; echo [!a]*.txt; echo d/*; echo */; echo .*; echo nomatch*; echo "*.txt"; echo \*.txt; x='*.txt'; echo $x "$x"; echo *' '*; echo '['*; echo [[]*; for f in *.txt; do echo "$f"; done; set -f; echo *.txt; set +f; shopt -s nullglob; echo nomatch* end; shopt -u nullglob; a=(*.txt); echo ${#a[@]}; echo {a,b}.txt *.{txt,md}; echo d/*.t?t; cd d; echo ../*.md; echo ./*; cd ..; echo */x*; shopt -s dotglob; echo * | tr ' ' '\n' | head -2; shopt -s extglob
echo !(*.txt|sp*|\[*|.h); echo @(a|b).txt; echo +([a-c]).*; echo ?(a|b).txt *(c).md; ls -d -- *.md; echo /dev/nul?; echo ~+/a.txt | sed 's,.*/,,'
END OF PART
echo '# extglob'; part <<'END OF PART'
shopt -s extglob
touch a1 b2 ab.c foo.txt; echo @(a|b)* !(*.*) *(a|1) +([a-z0-9]) ?(a)1; x=aaabbb; echo ${x##+(a)} ${x%%+(b)} ${x/+(a)/_} ${x//@(a|b)/.}; [[ foo == !(bar) ]] && echo neg; [[ "" == *(x) ]] && echo em; case foobar in foo@(bar|baz)) echo m;; esac; [[ a.b == !(*.c) ]] && echo y; echo !(foo*|a*); x='  trim  '; x=${x##*([[:space:]])}; echo "[${x%%*([[:space:]])}]"; [[ abcabc == +(abc) ]] && echo rep; [[ ab == @(a|ab)@(b|) ]] && echo bt
END OF PART
echo '# globstar'; part <<'END OF PART'
mkdir -p d/e/f; touch d/1 d/e/2 d/e/f/3 .h d/.hh; shopt -s globstar; echo **; echo **/; echo d/**; echo **/[0-9]; echo d/**/f; shopt -s dotglob; echo d/**; shopt -u globstar; echo **
END OF PART
echo '# glob-class'; part <<'END OF PART'
touch a B c1 _x é '[z]' .hid; echo [[:alpha:]]; echo [[:upper:]]*; echo [!a-z]*; echo [[:alnum:]_]*; echo \[*; echo [a-]*; echo *[[:digit:]]; echo .*; shopt -s dotglob; echo *; shopt -u dotglob; echo []z]*; echo [^_]*; echo ?; echo [é]
END OF PART
rm -rf part
