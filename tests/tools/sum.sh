### both
printf abc | sum; printf abc > f; sum f; sum -s f; sum -r f; sum f f; sum -s < f; sum nofile 2>/dev/null; echo $?; seq 10000 | sum; seq 10000 | sum -s
