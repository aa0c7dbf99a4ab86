### no terminal: copies
seq 3 > a; seq 2 > b; less a b; less -R < a; seq 2 | less; seq 2 | less -FX +G
