### lines
free | awk '{print $1, NF}'; free -t | awk 'END{print $1, NF}'; free -w | head -1; free -h | awk 'NR==2{print ($2 ~ /i$/)}'; free -m | awk 'NR==2{print ($2 > 100)}'
