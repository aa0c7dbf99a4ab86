### passes on
nohup echo a; nohup sh -c 'exit 4'; echo $?; nohup nosuch 2>/dev/null; echo $?; nohup 2>/dev/null; echo $?

### statuses
nohup sh -c 'exit 3' >/dev/null 2>&1; echo $?; nohup nosuchcmd 2>/dev/null; echo $?; nohup 2>/dev/null; echo $?; nohup echo hi 2>/dev/null | cat
