### months in columns
ncal 2 2024; ncal -w 2 2024; ncal -M 2 2024; ncal -M -w 1 2021; ncal -j 3 2023; ncal 9 1752

### more months
ncal 2024; ncal -3 2 2024; ncal -j 2023; ncal -A1 12 2024; ncal -b 2 2024; ncal -A4 3 2023

### easter
ncal -e 2024; ncal -e 1818; ncal -e 1500; ncal -e 2038
