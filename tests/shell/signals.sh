# A signal to $$ is the shell's, whatever subshell sends it and traps it.
trap 'echo usr1 $BASH_SUBSHELL' USR1
(kill -USR1 $$; echo in); echo out
x=$(kill -USR1 $$; echo sub); echo "x=$x"
(trap 'echo child' USR1; kill -USR1 $BASHPID; echo c); echo end
(trap '' USR1; kill -USR1 $$); echo fin
sh -c "kill -USR1 $$"; echo done
