# Aliases: when they are seen, what they may hold.
shopt -s expand_aliases
alias say='echo said' twice='say twice; echo' sp='echo ' word=expanded
say it; twice two; sp word word; \say 2>/dev/null || echo quoted; 'say' 2>/dev/null || echo quoted too
alias if_true='if true; then' open='{ echo in;' loop='for i in 1 2; do'
if_true echo block; fi; open }
loop echo $i; done
alias say='echo changed'; say same line
say next line
alias ls='echo my ls' self='self x'
ls; self 2>/dev/null; echo $?
alias say; alias nope 2>/dev/null; echo $?; type -t sp
unalias say
say 2>/dev/null || echo gone
f() { later; }
alias later='echo too late' pipe='cat |' q='echo "half'
f 2>/dev/null; echo $?; g() { later; }; g
echo data | pipe tr a-z A-Z
q quoted"
alias | grep -c =; unalias -a; alias; v=sp; $v x 2>/dev/null; echo $?
eval 'alias n="echo n"
n from eval'
shopt -u expand_aliases
n 2>/dev/null; echo $?
