### a month
cal 2 2024; cal sep 1752; cal 1 1

### years
cal 2024; cal 1752; cal -j 2024

### more months
cal -3 2 2024; cal -A1 -B0 12 2024; cal -A2 3 2023; cal -B1 3 2023; cal -j -3 1 2025

### another month
cal -m 5 2024; cal -d 2023-04

### mistakes
cal 13 2024; echo $?; cal 0; echo $?; cal 2 x; echo $?
### a row of calls
cal 1 2020; cal 2020 | head -5; cal -m 2 2020; cal -3 1 2020; cal -j 1 2020; cal -y 2021 | tail -3; cal 9 1752; cal 13 2020; echo $?; cal -n 2 1 2020; ncal 1 2020; ncal -b 1 2020; cal jan 2020
