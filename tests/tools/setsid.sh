### runs
setsid -w echo a; setsid -w sh -c 'exit 3'; echo $?; setsid nosuchprogram 2>/dev/null; echo $?; setsid 2>/dev/null; echo $?

### waits
setsid -w sh -c 'exit 3'; echo $?; setsid --wait echo hi; setsid nosuchcmd 2>/dev/null; echo $?; setsid -f true; echo $?
