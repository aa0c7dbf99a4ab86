### both files beside each other
printf 'a\nb\nc\nd\ne\nf\ng\nh\n' > x; printf 'a\nB\nc\nd\ne\nf\nh\ni\n' > y
sdiff x y; sdiff -s x y; sdiff -l x y; sdiff -w 30 x y
