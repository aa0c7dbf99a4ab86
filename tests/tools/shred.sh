### overwrites
echo secret > f; shred f; stat -c %s f | grep -c .; shred -u f; ls; echo a > g; shred -n1 -z g; tr -d '\0' < g | wc -c; rm g; shred nofile 2>/dev/null; echo $?
