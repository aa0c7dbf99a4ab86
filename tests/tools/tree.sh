t() { mkdir -p d/e; touch d/a d/e/b .h; }
### shapes
t; tree; tree -a; tree -d; tree -L 1; tree d; tree --noreport; tree -f; tree -i; tree -F; tree -I e; tree -P 'a*'; tree --dirsfirst
