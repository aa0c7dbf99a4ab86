### both files beside each other
printf 'a\nb\nc\nd\ne\nf\ng\nh\n' > x; printf 'a\nB\nc\nd\ne\nf\nh\ni\n' > y
sdiff x y; sdiff -s x y; sdiff -l x y; sdiff -w 30 x y

### widths
printf 'a\nb\nc\n' > x; printf 'a\nB\nc\nd\n' > y; sdiff x y; echo $?; sdiff -w 40 x y; sdiff -s x y; sdiff -l x y; sdiff x x >/dev/null; echo $?
