### commands, 1
echo '1 2 + p' | dc; echo '5 k 10 3 / p' | dc
### commands, 2
echo '2 100 ^ p' | dc; echo '10 o 16 i FF p' | dc
### commands, 3
echo '[hello] p' | dc; echo '1 2 3 f' | dc
### commands, 4
echo '5 sa la p' | dc; echo '[la 1 + sa la p la 5 >b] sb 0 sa lb x' | dc
### commands, 5
echo '2 v p 10 k 2 v p' | dc; echo '7 3 % p 7 3 ~ f' | dc
### commands, 6
echo 'd p' | dc; echo '1 2 r f c z p' | dc
### commands, 7
echo '16 o 255 p 2 o 5 p' | dc; echo '3 5 7 | p' | dc
### commands, 8
echo '[1 p] x' | dc; echo '65 a p 65 P' | dc
### commands, 9
echo '[a]n 3 n' | dc; echo '12.345 X p 12345 Z p' | dc
### commands, 10
echo '1 2 =a 3 p' | dc; dc -e '1 1 + p'
### commands, 11
echo '_5 p 3 _2 * p' | dc; echo '1 S a 2 S a L a p L a p' | dc
### commands, 12
echo '5 0 :a 0 ;a p' | dc; echo 'q' | dc
### commands, 13
echo '1 0 / p' | dc; echo '? p' | dc
### commands, 14
echo 'I p O p K p' | dc; echo '10 d * p' | dc
