# extglob, globstar, quoting, case, select, functions.
exec 2>&1 < /dev/null
echo "-- quoting"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
echo $'a\tb\x41\u00e9\'' $"loc" "a'b" 'a"b' a\ b "\$x \` \\ \" \a" '\n'; echo "a
b"; echo a\
b; echo "$(echo "nested "quotes"")" "${x:-"in ner"}" ${x:-'sq'} "${x:-'sq'}" "${x:-\}}" ${x:-a\ b}; echo `echo \`echo deep\`` "`echo "bq"`" `echo '\$x' \$x "\$x"`; echo $'\c[' | od -c | head -1; echo $'\1\12\123' | od -c | head -1; echo "$'x'" '$"y"'; echo \\ \\\\ '\\'; echo -e 'a\tb\c'x; echo; echo -n a; echo -E 'a\tb'; echo -ne 'x\n'; echo -nx; echo - ; echo -- a; echo "!" '!' \!
)
echo "-- case"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
case x in x) echo 1;& y) echo 2;;& x) echo 3;; *) echo 4;; esac; case "a b" in "a b") echo sp;; esac; case '*' in '*') echo star;; esac; case x in [xy]) echo br;; esac; case "" in "") echo empty;; esac; case $nosuch in *) echo any;; esac; case a in (a) echo par;; esac; case a in b) ;; esac; echo $?; x='a|b'; case a in $x) echo no;; *) echo yes;; esac; case ~ in ~) echo tilde;; esac; case a in a|b|c) echo alt;; esac; case esac in (esac) echo e;; esac
)
echo "-- select"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
select x in a b "c d"; do echo "got $x $REPLY"; [[ $REPLY == 2 ]] && break; done <<< $'1\n\n9\n2'; select y; do break; done; echo $?; PS3='p> '; set -- q r; select z; do echo $z; break; done <<< 1
)
echo "-- arith"
rm -rf /tmp/probe; mkdir /tmp/probe; cd /tmp/probe || exit
(
echo $((1+2*3)) $((2**10)) $((-7/2)) $((-7%3)) $((1<<4|1)) $((~5)) $((!0)) $((1?2:3)) $((x=5,x+1)) $x $((x++ + ++x)) $x $((0x1f)) $((010)) $((2#101)) $((36#Zz)) $((64#_)) $((1&&0||1)) $((5>3)) $((x<<=2)) $((x^=1)) $(( 'a' )) 2>&1; a=(1 2 3); echo $((a[1]+a[-1])) $((a)) $((a[0]++)) ${a[0]}; y=x; echo $((y)) $((y+1)); z='1+1'; echo $((z*2)); echo $((9223372036854775807+1)) $((-9223372036854775808)) $((1<<63)) $((1<<64)); echo $((08)); echo $?; echo $((2#2)); echo $((1 2)); echo $((a b)); echo $((1++)); echo $(( )) ; let x=1+1 y=x*2; echo $x $y; let; echo $?; let 0; echo $?; (( )) ; echo $?; echo $[1+1]; echo $((1,2)); i=5; ((i+=2, i--)); echo $i; echo $((++i)) $((i--)) $((- -i)) $((+i)); : $((u++)); echo $u; declare -i n=3*4; echo $n; n=n+1; echo $n; echo $((2**-1)); echo $?; echo $((x = = 1)); echo $(("1"+'2')); echo $((1.5)); recur=recur; echo $((recur)); echo $?
)
:
