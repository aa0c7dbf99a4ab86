### sums
printf abc > f; shasum f; shasum -a 256 f; shasum < f; shasum -a 512 f | cut -c1-20; shasum -a 256 f > s; shasum -a 256 -c s; shasum -c s; shasum -b f
### wrong
shasum nofile 2>/dev/null; echo $?; printf abc > f; shasum f > s; echo x >> f; shasum -c s 2>/dev/null; echo $?
