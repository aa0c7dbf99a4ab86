### shape (ours)
sleep 9 & sleep 9 & pstree; pstree -A; kill %1 %2
