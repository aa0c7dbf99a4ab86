### names
getconf PATH_MAX /; getconf NAME_MAX /; getconf PAGESIZE; getconf CHAR_BIT; getconf INT_MAX; getconf CLK_TCK; getconf _NPROCESSORS_ONLN | grep -c '^[1-9]'; getconf NOSUCHNAME 2>/dev/null; echo $?
