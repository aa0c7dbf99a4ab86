### runs
stdbuf -oL echo a; stdbuf -i0 -o0 -e0 echo b; stdbuf -oL nosuch 2>/dev/null; echo $?; stdbuf echo 2>/dev/null; echo $?; stdbuf -o 4K cat </dev/null; stdbuf -iL true 2>/dev/null; echo $?
