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
### files missing (stderr, wrong)
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
