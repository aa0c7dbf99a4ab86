### variables
env -i LANG=C.UTF-8 /usr/bin/locale; env -i LANG=C.UTF-8 LC_TIME=C /usr/bin/locale | grep TIME; env -i LC_ALL=C.UTF-8 /usr/bin/locale | tail -2; locale charmap; LC_ALL=C locale charmap; locale -a; locale -k decimal_point; locale abday
