### statements, 1
echo '1+2*3' | bc; echo 'scale=5; 10/3' | bc; echo '2^100' | bc; echo 'sqrt(2)' | bc -l
### statements, 2
echo 's(1);c(1);a(1);l(2);e(1);j(0,1)' | bc -l; echo 'ibase=16;FF' | bc; echo 'obase=2;10' | bc; echo 'obase=16;255;256.5' | bc
### statements, 3
echo 'x=5;x+=2;x' | bc; echo 'define f(n){if(n<2)return n;return f(n-1)+f(n-2)} f(15)' | bc; echo 'for(i=0;i<3;i++)i' | bc; echo 'i=0;while(i<3){i;i=i+1}' | bc
### statements, 4
echo 'a[1]=5;a[1]*2' | bc; echo '"hi";1' | bc; echo 'print "a\n",1,"\n"' | bc; echo '5%3;-5%3;5/-2' | bc
### statements, 5
echo 'scale=2;5%3;7.5%2' | bc; echo '1==1;1>2;!0;1&&0;1||0' | bc; echo 'length(12345);scale(1.234)' | bc; echo '1/0' | bc
### statements, 6
echo $?; echo 'x' | bc; echo '/* c */ 1 # d' | bc; echo 'last=5;last' | bc
### statements, 7
echo '1;.+1' | bc; echo '-2^2;2^-1;scale=3;2^-1' | bc; echo '1.50+1.5;1.5*1.5;0.5' | bc; echo 'auto' | bc
### statements, 8
echo $?; echo 'define v(){auto a;a=3;return(a)};v()' | bc; echo '12345678901234567890*98765432109876543210' | bc; echo 'halt' | bc
### statements, 9
echo 'if(1){2}else{3}' | bc; echo 'quit' | bc; echo '10000000000000000000000000000000000000000000000000000000000000000000000000000000001' | bc; bc <<< '3 4'
### statements, 10
echo $?; bc -q <<< '1'; bc -s <<< '1'; echo 'scale=20;4*a(1)' | bc -l
### statements, 11
echo 'obase=20;399' | bc; echo 'ibase=2;obase=10;101' | bc; echo 'define f(*a[]){a[0]=9};f(b[]);b[0]' | bc
