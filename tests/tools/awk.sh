### fields
echo 'a b c' | awk '{print $2, NF, $NF}'; echo a:b | awk -F: '{print $2}'; printf 'a,b;c\n' | awk -F'[,;]' '{print $3}'; printf ' a  b \n' | awk '{$1=$1; print}'; echo abc | awk -F '' '{print $2}'
### patterns
seq 5 | awk 'NR==2'; seq 5 | awk '/2/,/4/'; seq 5 | awk '$1>3{print}END{print NR}'; seq 3 | awk '!/2/'; awk 'BEGIN{print 1}'
### arithmetic
awk 'BEGIN{print 1/3, 2^10, 7%3, -7%3, 1e6, 1e20, 0.1+0.2, 100000*100000, int(-3.7)}'; awk 'BEGIN{OFMT="%.2f"; print 3.14159, 17}'; awk 'BEGIN{x=5; x+=2; x**=2; print x, x++, ++x}'
### strings
awk 'BEGIN{print length("abc"), substr("hello",2,3), index("abc","c"), toupper("a"), tolower("B"), "a" "b"}'; awk 'BEGIN{s="aaa"; n=gsub(/a/,"b",s); print n, s; sub(/b/,"[&]",s); print s}'; awk 'BEGIN{n=split("a:b:c",A,":"); print n, A[3]; print match("foobar",/o+/), RSTART, RLENGTH}'
### printf
awk 'BEGIN{printf "%5d|%-5s|%05.1f|%x|%c|%c|%e|%%\n", 42, "ab", 3.14159, 255, 65, "hi", 12345.678}'; awk 'BEGIN{printf "%s %s\n", "a"; print sprintf("%03d",7)}' 2>/dev/null || echo err
### arrays
printf 'b 1\na 2\nb 3\n' | awk '{s[$1]+=$2} END{for(k in s) print k, s[k]}' | sort; awk 'BEGIN{a[1,2]=3; for(k in a){split(k,p,SUBSEP); print p[1],p[2]}; if((1,2) in a) print "in"; delete a; print length(a)}'
### control
awk 'BEGIN{for(i=0;i<5;i++){if(i==1)continue; if(i==4)break; print i}; while(j<2)print j++; do{print "d"}while(0)}'
### functions
awk 'function f(n){return n<2?1:n*f(n-1)} BEGIN{print f(10)}'; awk 'function g(a){a["x"]=1} BEGIN{g(b); print b["x"]}'
### getline
seq 4 | awk 'NR==1{getline; print; getline x; print x, NR}'; seq 2 > f; awk 'BEGIN{while((getline l < "f")>0) print "l" l; close("f"); "echo hi"|getline v; print v}'
### output
awk 'BEGIN{print "b\na" | "sort"; close("sort"); print "x" > "o"; print "y" >> "o"; close("o"); while((getline l<"o")>0)print l}'
### separators
printf 'a b\n\nc d\ne\n' | awk 'BEGIN{RS=""}{print NR": "$1" "$NF}'; printf 'a;b;' | awk -v RS=';' '{print}'; echo 'a b' | awk -v OFS=- '{$1=$1}1'; printf '1\n2\n' | awk -v ORS=, 1; echo; printf 'aXXbXc' | awk -v RS='X+' '{print NR, $0, RT}'
### variables
awk -v x='a\tb' 'BEGIN{print x}'; seq 1 > f; awk '{print x, FILENAME, FNR}' x=1 f x=2 f; awk 'BEGIN{print ARGC, ARGV[1]}' q; A=5 awk 'BEGIN{print ENVIRON["A"]}'
### exits
awk 'BEGIN{exit 3}'; echo $?; echo a | awk '{exit 2} END{print "end"}'; echo $?; awk 'BEGIN{print system("exit 4")}'
### regular expressions
printf 'ab\naab\n' | awk '/^a{2}b/'; echo 'a.b' | awk '$0 ~ "a\\.b"'; echo 'foo bar' | awk '{print gensub(/(o+)/,"<\\1>","g")}'; echo x | awk '{print $0 ~ /[[:alpha:]]/, !/y/}'; echo 'a/b' | awk '/a\/b/'
### comparison
echo '10 9' | awk '{print ($1>$2), ("10">"9"), ($1"">$2"")}'; awk 'BEGIN{print (1==1.0), ("a"<"b"), (""==0), x==0, x==""}'
### files missing (stderr)
awk '{print}' nofile; echo $?
### syntax errors
awk 'BEGIN{print (}' 2>/dev/null; echo $?; awk 2>/dev/null; echo $?
### uninitialised and odd
awk 'BEGIN{print length(), length(x), -x, !x; print substr("hello",0), substr("hello",-1,3), substr("hello",4,100)}' </dev/null; echo 'a b c d' | awk '{NF=2; print; $5="e"; print; print NF}'
### time and random are there
awk 'BEGIN{srand(1); x=rand(); print (x>=0 && x<1), strftime("%Y",0,1), (systime()>1e9)}'
### switch, delete, in, ternary, printf to stderr
awk 'BEGIN{switch("b"){case "a": print 1; break; case /b/: print 2; default: print 3}; a["x"]; delete a["x"]; print ("x" in a); print 1?2?3:4:5; print "e" > "/dev/stderr"}' 2>&1
### concatenation and precedence
awk 'BEGIN{print 1 " " 2+3 * 2, -2^2, !1+1, 2 " " -1, 1<2 ? "y" : "n"; print 1==1 && 0 || 1; x = y = 3; print x y}'
### one-liners, first eight
printf 'a b c\n' | awk '{$2="";print;print NF}'
printf 'a b c\n' | awk '{$5="e";print;print NF}'
printf 'a b c\n' | awk '{NF=2;print}'
printf 'a:b:c\n' | awk -F: -v OFS=- '{$1=$1}1'
printf 'a\tb c\n' | awk -F'\t' '{print $2}'
printf 'a||b\n' | awk -F'|' '{print NF}'
printf 'aXXbXc\n' | awk -FX+ '{print $2,NF}'
awk 'BEGIN{printf "%5.2f|%-5s|%05d|%x|%o|%e|%g|%c|%c|%%|%i\n",3.14159,"ab",42,255,8,12345.678,0.0001,65,"hello",7}'
### one-liners, second eight
awk 'BEGIN{print 1e6,1e5*10,123456789012,0.1+0.2,1/3,100000000000000000000,-0,1e300*1e300,log(-1)}'
awk 'BEGIN{print length("héllo"),toupper("héllo"),substr("héllo",2,3),index("héllo","l")}'
awk 'BEGIN{print substr("hello",0,2),substr("hello",-1,3),substr("hello",2),substr("hello",1.5,1.5)}'
awk 'BEGIN{n=split("a b  c",x);print n,x[1],x[3];n=split("abc",y,"");print n,y[2];n=split("a1b2c",z,/[0-9]/,s);print n,s[1],s[2]}'
awk 'BEGIN{s="aaa";n=gsub(/a/,"b&\\&",s);print n,s}'
awk 'BEGIN{s="hello";sub(/l+/,"[&]",s);print s;print gensub(/(h)(e)/,"\\2\\1","g","hehe"),gensub(/e/,"X",2,"hehe")}'
awk 'BEGIN{print match("foobar",/o+/),RSTART,RLENGTH;match("foobar",/(o)(b)/,m);print m[1],m[2],m[1,"start"]}'
awk 'BEGIN{a["x"]=1;a["y"]=2;delete a["x"];print length(a),("x" in a),("y" in a)}'
### one-liners, third eight
awk 'BEGIN{PROCINFO["sorted_in"]="@ind_str_asc";a["c"];a["a"];a["b"];for(k in a)printf "%s ",k;print ""}'
awk 'BEGIN{PROCINFO["sorted_in"]="@val_num_desc";a["c"]=1;a["a"]=3;a["b"]=2;for(k in a)printf "%s ",k;print ""}'
awk 'BEGIN{a[1]=3;a[2]=1;a[3]=2;n=asort(a);for(i=1;i<=n;i++)printf "%s ",a[i];n=asorti(a,b);print n,b[1]}'
awk 'BEGIN{print strftime("%Y-%m-%d %H:%M:%S",86400*365,1),mktime("2020 01 02 03 04 05")}'
awk 'BEGIN{while(("echo a;echo b"|getline l)>0)print "got",l;close("echo a;echo b")}'
awk 'BEGIN{print "b\na" | "sort";close("sort");print "done"}'
awk 'BEGIN{"date +%Y"|getline y;print (y>2000)}'
printf '1\n2\n3\n' | awk 'NR==1{next}{s+=$1}END{print s,NR}'
### one-liners, fourth eight
printf '1\n2\n3\n' | awk 'NR==2{exit 3}END{print "end"}'
printf 'a b\n\nc d\n\n\n\ne\n' | awk 'BEGIN{RS=""}{print NR": "$0" "NF}'
printf 'a;b;c' | awk 'BEGIN{RS=";"}{print}'
printf 'a1b22c' | awk 'BEGIN{RS="[0-9]+"}{print $0,RT}'
printf 'abc def\n' | awk '{print $NF,$(NF-1)}'
printf 'k v\n' > f; awk '{a[$1]=$2}END{for(k in a)print k,a[k]}' f
awk 'function f(x,y){x[1]=5;y=3;return y+1}BEGIN{z=1;print f(arr,z),arr[1],z}'
awk 'function fib(n){return n<2?n:fib(n-1)+fib(n-2)}BEGIN{print fib(15)}'
### one-liners, fifth eight
awk 'BEGIN{x="A";y=x++;print x,y;print 2^10,2**3,-2^2,!0,!"a",1-1-1,2^3^2}'
awk 'BEGIN{print 1==1.0,"1"==1,"a"<"b",10<9,"10"<"9",1 " " 2,-1 " " -2}'
echo '10 9' | awk '{print ($1<$2),($1<"9")}'
awk 'BEGIN{do{i++}while(i<5);print i;for(;;){if(++j>3)break};print j;switch(i){case 5:print "five";break;default:print "other"}}'
awk 'BEGIN{printf "%s %s\n","only"}'
awk 'BEGIN{printf "%d %d %d\n","0x1A",1e3,"12abc";print strtonum("0x1A"),strtonum("017"),int(-3.7),int("3x")}'
awk 'BEGIN{print and(12,10),or(12,10),xor(12,10),lshift(1,4),rshift(16,2),compl(0)}'
awk 'BEGIN{print tolower("ABC") toupper("x"),sprintf("%03d",7),substr("x",2)}'
### one-liners, sixth eight
awk 'BEGIN { if (!("a" in x)) print "no"; x["a","b"]=1; for (k in x) { split(k,p,SUBSEP); print p[1],p[2] } if (("a","b") in x) print "yes" }'
printf 'a\nb\nc\n' | awk 'NR==1,NR==2'
printf 'a\nb\nc\n' | awk '/b/,/zz/{print NR}'
printf 'x=1 y\n' > f; awk '{print v}' v=1 f v=2 f
awk 'BEGIN{print ENVIRON["HOME"],ARGC,ARGV[1]}' foo
awk -f /dev/stdin <<< 'BEGIN{print "x"}'
printf 'abc\n' | awk '{gsub("","-");print}'
printf 'a.b.c\n' | awk -F. '{print $2}'
### one-liners, seventh eight
printf 'a b\n' | awk '{print > "out1"; print "x" >> "out2"; printf "y" | "cat >out3"}'
printf '1 2\n' | awk '{print $1+$2, $1$2, $1*-1, $1/$2, 7%3, -7%3}'
awk 'BEGIN{OFMT="%.2f";x=3.14159;print x;CONVFMT="%.3f";y=x "";print y;print 17 ""}'
awk 'BEGIN{print substr("hello",2,-1) "|" ; print length(12345), 1e3 "" , 0x10, 011}'
awk 'BEGIN{getline;print "got " $0;getline x;print x,NR}' <<< $'l1\nl2'
printf 'l1\nl2\n' > f; awk 'BEGIN{while((getline line < "f")>0)n++;print n;print (getline z < "nosuch")}'
awk 'BEGIN{printf "%*d|%-*d|%.*f\n",5,42,5,42,2,3.14159}'
awk 'BEGIN{printf "%s\n"}' ; awk 'BEGIN{print substr("abc",2,1)>"/dev/stderr"}'
### one-liners, eighth eight
awk 'BEGIN{print toupper(substr("abc",1,1)) substr("abc",2);exit}END{print "e"}'
printf 'a  b\n' | awk '{$1=$1;print}' ; printf '  a b  \n' | awk '{print NF":"$1}'
printf 'a\r\nb\r\n' | awk '{print length($0)}'
printf 'é\xff\n' | awk '{print length($0)}'
printf 'a\0b\n' | awk '{print length($0)}' | od -c
awk 'BEGIN { printf "%c%c", 256, 0x263a; printf "%c", "" }' | od -c
awk 'BEGIN { x = "abc"; print x ~ "b", x ~ /^b/, "a.c" ~ "a\\.c", "a\\" }'
awk 'BEGIN{print -3 % 2, 2 ^ 0.5, exp(1), atan2(0,-1), sin(0), cos(0), sqrt(16)}'
### one-liners, ninth eight
awk 'BEGIN{srand(1);a=srand(2);print a;print (rand()<1)}'
awk '{ print $-1 }' <<< a; echo $?
awk 'BEGIN { print "a" "b" > "/dev/stdout" }'
awk 'BEGIN { FS=","; $0="a,b"; print $2; $3="z"; print; print NF }'
printf 'abcdef\n' | awk 'BEGIN{FIELDWIDTHS="2 1 3"}{print $1,$2,$3}'
printf 'a,"b,c",d\n' | awk 'BEGIN{FPAT="([^,]+)|(\"[^\"]+\")"}{print $2,NF}'
awk 'BEGINFILE{print "start",FILENAME}ENDFILE{print "end",FNR}' /dev/null
awk 'BEGIN{IGNORECASE=1; print ("ABC" ~ /b/)}'
### one-liners, tenth eight
awk 'BEGIN{print length(sprintf("%s", 1e20)), 2^53, 2^53+1, 1e15, 1e16, 123456.789}'
awk 'BEGIN{print system("exit 3"); system("echo out"); fflush()}'
awk 'BEGIN { printf("%s %d\n", "a", 5) > "/dev/null"; print (1,2) in a }'
awk 'BEGIN { a = "x"; a = a a a; print a; b = 5; b += b -= 2; print b; c = 2; c ^= 3; print c; c %= 5; print c }'
awk 'BEGIN{print 1>2?"a":"b"}' ; ls
awk 'BEGIN{if(!x)print "unset"; if(x=="")print "empty"; if(x==0) print "zero"}'
awk 'length > 3' <<< $'ab\nabcd'; awk 'END{print $0, NF}' <<< 'last line'
awk '!seen[$0]++' <<< $'a\nb\na'; awk 'NR%2' <<< $'1\n2\n3'; awk 'NF{$1=$1};1' <<< $' a  b\n\n'
### one-liners, eleventh eight
awk '{a[NR]=$0}END{for(i=NR;i>0;i--)print a[i]}' <<< $'1\n2\n3'
awk 'BEGIN{printf "%'"'"'d\n", 1234567; printf "%+d % d %#x %#o\n", 5, 5, 255, 8}'
awk 'BEGIN { "nosuchcmd 2>/dev/null" | getline x; print close("nosuchcmd 2>/dev/null") }'
awk 'BEGIN { print substr("hello", 2, 100), index("foo","o"), match("abc", "z"), RSTART, RLENGTH }'
### no name, no text, no function
awk '{ print FILENAME }' <<< x; awk 'BEGIN { print index("abc", "") }'; awk 'BEGIN { nothing() }' 2>/dev/null; echo $?
