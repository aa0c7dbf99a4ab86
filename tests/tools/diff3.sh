### one line
printf 'a\nX\nc\n' > o; printf 'a\nb\nc\n' > m; printf 'a\nY\nc\n' > n; seq 20 > s0; seq 20 | sed '3d;10s/$/x/' > s1; seq 20 | sed '10s/$/y/;15a new' > s2; printf 'a\nb' > nn; printf 'a\r\nb\r\n' > cr
diff3 m o n; diff3 -m m o n; echo $?; diff3 -e m o n; diff3 -m o m m; echo $?; diff3 m m m; echo $?; diff3 -m -L A -L B -L C m o n; diff3 -3 m o n; diff3 -x m o n; diff3 o m n; diff3 -T m o n
### several places
printf 'a\nX\nc\n' > o; printf 'a\nb\nc\n' > m; printf 'a\nY\nc\n' > n; seq 20 > s0; seq 20 | sed '3d;10s/$/x/' > s1; seq 20 | sed '10s/$/y/;15a new' > s2; printf 'a\nb' > nn; printf 'a\r\nb\r\n' > cr
diff3 s1 s0 s2; diff3 -m s1 s0 s2; echo $?; diff3 -e s1 s0 s2; diff3 -ei s1 s0 s2; diff3 -3 s1 s0 s2; diff3 -x s1 s0 s2; diff3 -mE s1 s0 s2; diff3 -m -e s1 s0 s2; diff3 -mX s1 s0 s2; diff3 -m3 s1 s0 s2; diff3 s0 s1 s2; diff3 s2 s0 s1; diff3 -m s2 s2 s0; diff3 -m s0 s2 s0; diff3 s0 s2 s0; diff3 s0 s0 s2
### ends, missing files, empty files
printf 'a\nX\nc\n' > o; printf 'a\nb\nc\n' > m; printf 'a\nY\nc\n' > n; seq 20 > s0; seq 20 | sed '3d;10s/$/x/' > s1; seq 20 | sed '10s/$/y/;15a new' > s2; printf 'a\nb' > nn; printf 'a\r\nb\r\n' > cr
diff3 nn m o; diff3 -m nn m o; diff3 cr m m; diff3 --strip-trailing-cr cr m m; diff3 m nosuch o; echo $?; diff3 m o; echo $?; diff3 m - n < o; diff3 /dev/null m n; diff3 m /dev/null n; diff3 -m /dev/null m n
