# Each part runs in a bash of its own, in a directory of its own; what it prints and its status are bash's.
part() { rm -rf part; mkdir part; cd part || exit; bash -c "$(cat)" bash 2>/dev/null; echo "status $?"; cd ..; }
echo '# declare-attrs'; part <<'END OF PART'
declare -i i=3+4; declare -l l=ABC; declare -u u=abc; declare -r r=1; declare -x x=2; declare -a a=(1 2); declare -A A=([k]=v); declare -n n=i; declare -t t=1
declare -p i l u r x a A n t
i+=5; l+=DEF; u+=def; echo $i $l $u
declare -i +i i; i=3+4; echo $i
declare -c c=hello 2>/dev/null; echo $c
declare -lu b=aB; echo $b; declare -p b
END OF PART
echo '# declare-aA'; part <<'END OF PART'
declare -aA z 2>&1; echo $?
declare -A z2=(); declare -a z2; echo $?
declare -a z3=(1); declare -A z3; echo $?
END OF PART
echo '# declare-g'; part <<'END OF PART'
f() { declare -g G=1; local L=2; declare -gA H=([a]=b); }; f; echo "$G" "$L" "${H[a]}"; declare -p H
END OF PART
echo '# declare-array-attr'; part <<'END OF PART'
declare -ai ai=(1+1 2+2); declare -p ai; ai+=(3+3); ai[1]+=10; declare -p ai
declare -Al al=([A]=FOO); declare -p al
declare -au au; au[0]=abc; declare -p au
END OF PART
echo '# declare-readonly-array'; part <<'END OF PART'
declare -ra ra=(1 2 3); ra[0]=5; echo "rc $?"; declare -p ra; unset ra; echo $?
END OF PART
echo '# declare-p-missing'; part <<'END OF PART'
declare -p nope; echo $?
declare -F nope; echo $?
declare -f nope; echo $?
END OF PART
echo '# declare-plus-r'; part <<'END OF PART'
declare -r ro=1; declare +r ro; echo $?; ro=2; echo "after $ro"
END OF PART
echo '# declare-list'; part <<'END OF PART'
declare -i zz1=1; declare -r zz2=2; declare -p | grep zz; declare -i | grep zz; declare -r | grep zz
END OF PART
echo '# typeset-export-f'; part <<'END OF PART'
f() { echo hi; }; export -f f; bash -c f; export -nf f; bash -c f 2>/dev/null; echo $?
END OF PART
echo '# local-scope'; part <<'END OF PART'
x=1; f() { local x=2; g; echo f $x; }; g() { echo g $x; x=3; }; f; echo $x
END OF PART
echo '# local-dash'; part <<'END OF PART'
f() { local -; set -u; set -o | grep nounset; }; f; set -o | grep nounset
END OF PART
echo '# local-unset'; part <<'END OF PART'
x=g; f() { local x=l; unset x; echo "[${x-unset}]"; x=new; echo $x; }; f; echo $x
shopt -s localvar_unset; x=g; f() { local x=l; h; echo "[$x]"; }; h() { unset x; echo "h[${x-unset}]"; }; f; echo $x
END OF PART
echo '# localvar-inherit'; part <<'END OF PART'
shopt -s localvar_inherit; declare -i v=5; f() { local v; echo "[$v]"; v=2+2; echo $v; }; f; echo $v
END OF PART
echo '# local-I'; part <<'END OF PART'
v=5; f() { local -I v; echo "[$v]"; v=9; }; f; echo $v
END OF PART
rm -rf part
