### for ever
yes | head -2; yes a b | head -2; yes -- -x | head -1; yes '' | head -1

### words
yes | head -2; yes a b | head -2; yes -- -n | head -1; yes '' | head -2 | od -c
