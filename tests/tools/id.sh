### numbers
id -u; id -g; id -ru; id -rg; id nosuchuser 2>/dev/null; echo $?; id -n 2>/dev/null; echo $?; id -u root; id -un root; id -gn root; id root
