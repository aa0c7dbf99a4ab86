### found and not
which ls >/dev/null; echo $?; which nosuch; echo $?; mkdir b; printf '#!/bin/sh\n' > b/x; chmod +x b/x; PATH=$PWD/b:$PATH; which x; which -a x; which ls nosuch >/dev/null; echo $?; which ./b/x; which
