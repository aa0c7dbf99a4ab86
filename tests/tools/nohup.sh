### passes on
nohup echo a; nohup sh -c 'exit 4'; echo $?; nohup nosuch 2>/dev/null; echo $?; nohup 2>/dev/null; echo $?
