### parts of names (ours)
touch ab1 ab2 cab; rename ab xy ab1 ab2; rename -v c d cab; ls; rename -a a b a-a 2>/dev/null; echo $?; touch a-a-a; rename -l a z a-a-a; rename -a a b a-a-z; ls
### not what exists (ours)
touch a b; rename -o a b a; echo $?; ls; rename x y a; echo $?; rename -n a c a; ls; rename x; echo $?
### links (ours)
ln -s target l; rename -s target other l; readlink l
